// Sessions: what a query for a number would find, each call readable as a talk.
import { Failure, Field, get, go, html, Notice, t, useLoad, useState } from "../kit.js";
import { Session } from "./session.js";

const STEP = 20;

export function Sessions({ query }) {
  const tenant = query.get("tenant") ?? "";
  const userMobile = query.get("userMobile") ?? "";
  return html`<h1>${t("sessions.title")}</h1>
    <${Form} key=${`${tenant}\n${userMobile}`} tenant=${tenant} userMobile=${userMobile} />
    ${tenant && userMobile
      ? html`<${History} key=${`${tenant}\n${userMobile}`} tenant=${tenant} userMobile=${userMobile} />`
      : html`<p>${t("sessions.ask")}</p>`}`;
}

function Form(given) {
  const [form, setForm] = useState(given);
  const { data } = useLoad((signal) => get("tenants", {}, { signal }), []);
  const find = (event) => { event.preventDefault(); go("sessions", [], { tenant: form.tenant, userMobile: form.userMobile }); };
  const input = (name, more) => html`<${Field} label=${t(`sessions.${name}`)}>
    <input name=${name} required autocomplete="off" spellcheck="false" value=${form[name]}
      onInput=${({ target }) => setForm({ ...form, [name]: target.value })} ...${more} /><//>`;
  return html`<form class="toolbar" onSubmit=${find}>
    ${input("tenant", { list: "tenant-ids" })} ${input("userMobile", { inputmode: "tel", "data-filter": true })}
    <datalist id="tenant-ids">${(data ?? []).slice(0, 500).map(({ id }) => html`<option key=${id} value=${id} />`)}</datalist>
    <button class="primary">${t("sessions.find")}</button></form>`;
}

function History({ tenant, userMobile }) {
  const [limit, setLimit] = useState(STEP);
  const base = `tenants/${encodeURIComponent(tenant)}`;
  const about = useLoad((signal) => get(base, {}, { signal }), [tenant]);
  const found = useLoad((signal) => get(`${base}/sessions`, { userMobile, limit }, { signal }), [limit]);
  const error = about.error ?? found.error;
  if (error) {
    return error.status === 404 ? html`<${Notice} kind="error" text=${t("tenants.gone", { id: tenant })} />` : html`<${Failure} error=${error} />`;
  }
  if (!found.data || !about.data) return html`<p role="status">${t("parts.loading")}</p>`;
  const { total, sessions } = found.data;
  return html`<p role="status">${t("sessions.found", { total, userMobile })}</p>
    <ol class="sessions">${sessions.map((record) => html`<${Session} key=${record.callId ?? record.logId} record=${record}
      tenant=${tenant} userMobile=${userMobile} zone=${about.data.zone} />`)}</ol>
    ${sessions.length < total && html`<p><button type="button" onClick=${() => setLimit(Math.min(limit * 2, 1000))}>
      ${t("parts.more", { shown: sessions.length, all: total })}</button></p>`}`;
}
