// Lists the tenants: those that were made first, each with its scenario, clock and rules.
import { ConfirmButton, Failure, get, go, href, html, ListTable, Notice, send, t, useLoad, useState } from "../kit.js";
import { MakeTenant } from "./make.js";
import { Row } from "./row.js";

const STEP = 25;

export function TenantList({ query }) {
  const { data, error, loading, reload } = useLoad((signal) => get("tenants", {}, { signal }), []);
  const [shown, setShown] = useState(STEP);
  const [changes, setChanges] = useState(0);
  const words = query.get("text") ?? "";
  const found = matching(data ?? [], words);
  const renew = () => { reload(); setChanges(changes + 1); };
  return html`<h1>${t("tenants.title")}</h1>
    <div class="toolbar">
      <input type="search" data-filter aria-label=${t("tenants.filter")} placeholder=${t("tenants.filter")}
        value=${words} onInput=${({ target }) => { setShown(STEP); go("tenants", [], { text: target.value }); }} />
      <${GoodDay} onDone=${renew} />
    </div>
    <${MakeTenant} scenario=${query.get("make")} onMade=${renew} />
    <${Failure} error=${error} />
    ${data && html`<${Table} tenants=${found.slice(0, shown)} key=${changes} />`}
    ${data && !found.length && html`<p>${t("tenants.none", { words })}</p>`}
    ${!data && loading && html`<p role="status">${t("parts.loading")}</p>`}
    ${found.length > shown && html`<p><button type="button" onClick=${() => setShown(shown + STEP)}>
      ${t("parts.more", { shown, all: found.length })}</button></p>`}`;
}

function Table({ tenants }) {
  const columns = ["id", "scenario", "clock", "rules", "fired"].map((name) => t(`tenants.${name}`));
  return html`<${ListTable} label=${t("tenants.title")} columns=${columns}>
    ${tenants.map((tenant) => html`<${Row} key=${tenant.id} tenant=${tenant} link=${href("tenants", [tenant.id])} />`)}<//>`;
}

function matching(tenants, words) {
  const text = words.toLowerCase();
  const fits = ({ id, description }) => `${id}\n${description}`.toLowerCase().includes(text);
  return tenants.filter(fits).sort((a, b) => Number(b.made) - Number(a.made));
}

/** The kill switch: no rule of any tenant fires until the next reset. */
function GoodDay({ onDone }) {
  const [tenants, setTenants] = useState(null);
  const act = async () => {
    setTenants((await send("POST", "clear")).tenants);
    onDone();
  };
  return html`<${ConfirmButton} kind="danger" label=${t("tenants.goodDay")} title=${t("tenants.goodDayTitle")}
      text=${t("tenants.goodDayText")} act=${act} />
    ${tenants !== null && html`<${Notice} kind="good" text=${t("tenants.goodDayDone", { tenants })} />`}`;
}
