// The filter, which is the journal's own and stands in the address.
import { html, useEffect, useRef, useState } from "../../core/html.js";
import { useDebounced } from "../../core/load.js";
import { href } from "../../core/route.js";
import { t } from "../../core/text.js";

const TEXTS = ["text", "tenant", "userMobile", "status", "errorCode", "rule"];
const ENDPOINTS = ["queryRecordHistory", "gettoken", "downloadOiapRecord"];
const SHOWN = [...TEXTS, "endpoint", "spoiled"];
const PAUSE = 250;

/** `onChange` gets the query; parameters that have no field here are kept and shown as what they are. */
export function Filter({ query, onChange, tenants }) {
  const [form, setForm] = useState(() => read(query));
  const sent = useRef(String(query));
  const settled = useDebounced(form, PAUSE);
  useEffect(() => {
    if (sent.current !== String(query)) { sent.current = String(query); setForm(read(query)); }
  }, [String(query)]);
  useEffect(() => {
    const next = written(query, settled);
    if (settled === form && String(next) !== String(query)) { sent.current = String(next); onChange(next); }
  }, [settled]);
  const set = (name) => ({ target }) => setForm({ ...form, [name]: target.type === "checkbox" ? String(target.checked || "") : target.value });
  return html`<search><form class="filter" role="search" aria-label=${t("exchanges.filter")} onSubmit=${(event) => event.preventDefault()}>
    ${TEXTS.map((name) => html`<${Text} key=${name} name=${name} value=${form[name] ?? ""} onInput=${set(name)} />`)}
    <label class="endpoint"><span>${t("exchanges.by.endpoint")}</span><select name="endpoint" value=${form.endpoint ?? ""} onChange=${set("endpoint")}>
      <option value="">${t("exchanges.any")}</option>
      ${[...new Set([...ENDPOINTS, ...(form.endpoint ? [form.endpoint] : [])])].map((name) => html`<option key=${name}>${name}</option>`)}</select></label>
    <label class="check"><input type="checkbox" name="spoiled" checked=${form.spoiled === "true"} onChange=${set("spoiled")} /> ${t("exchanges.by.spoiled")}</label>
    <datalist id="tenants">${tenants.slice(0, 500).map((id) => html`<option key=${id} value=${id} />`)}</datalist>
    <${Others} query=${query} /></form></search>`;
}

function Text({ name, value, onInput }) {
  const free = name === "text";
  return html`<label class=${name}><span>${t(`exchanges.by.${name}`)}</span>
    <input type=${free ? "search" : "text"} name=${name} data-filter=${free || null} list=${name === "tenant" ? "tenants" : null} autocomplete="off" spellcheck="false"
      inputmode=${["status", "errorCode"].includes(name) ? "numeric" : null} value=${value} onInput=${onInput} /></label>`;
}

/** Show what else the address filters by, each with a way to take it out. */
function Others({ query }) {
  const others = [...query].filter(([name]) => !SHOWN.includes(name));
  if (!query.size) return null;
  return html`<p class="others">${others.map(([name, value]) => html`<a key=${name} class="tag" href=${href("exchanges", [], without(query, name))}
      title=${t("exchanges.takeOut")}><bdi>${name}=${value}</bdi> ✕</a> `)}<a href=${href("exchanges")}>${t("exchanges.all")}</a></p>`;
}

function without(query, name) {
  const rest = new URLSearchParams(query);
  rest.delete(name);
  return rest;
}

const read = (query) => Object.fromEntries([...query].filter(([name]) => SHOWN.includes(name)));

function written(query, form) {
  const next = new URLSearchParams(query);
  for (const name of SHOWN) {
    if (form[name]) next.set(name, form[name]);
    else next.delete(name);
  }
  return next;
}
