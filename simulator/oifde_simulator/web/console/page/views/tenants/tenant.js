// Shows a tenant: its scenario, its clock, its rules, and what can be done with it.
import { ConfirmButton, Failure, get, go, href, html, LongText, Notice, send, t, useEvery, useLoad } from "../kit.js";
import { AddRule } from "./add_rule.js";
import { Clock } from "./clock.js";
import { useGallery } from "./gallery_select.js";
import { Rules } from "./rules.js";

const SECONDS = 2;

export function Tenant({ id }) {
  const base = `tenants/${encodeURIComponent(id)}`;
  const loaded = useLoad((signal) => get(base, {}, { signal }), [id]);
  const { data: tenant, error, reload } = loaded;
  useEvery(error?.status === 404 ? 0 : SECONDS, loaded);
  return html`<p class="crumbs"><a href=${href("tenants")}>${t("tenants.title")}</a></p>
    <h1><bdi>${id}</bdi></h1>
    ${error?.status === 404
      ? html`<${Notice} kind="error" text=${t(tenant ? "tenants.deletedMeanwhile" : "tenants.gone", { id })} />`
      : html`<${Failure} error=${error} />
        ${tenant && html`<${Parts} tenant=${tenant} base=${base} reload=${reload} />`}`}`;
}

function Parts({ tenant, base, reload }) {
  const { id, scenario, description, clock, zone, rules, brokenFile } = tenant;
  return html`<p class="lead"><${LongText} text=${description.split("\n")[0]} /></p>
    ${brokenFile && html`<${Notice} kind="warning" text=${t("tenants.brokenFile", brokenFile)} />`}
    <dl class="facts">
      <dt>${t("tenants.scenario")}</dt><dd><${ScenarioLink} name=${scenario} /></dd>
      <dt>${t("tenants.see")}</dt><dd><a href=${href("exchanges", [], { tenant: id })}>${t("tenants.itsExchanges")}</a>${", "}
        <a href=${href("sessions", [], { tenant: id })}>${t("tenants.itsSessions")}</a></dd>
    </dl>
    <${Actions} id=${id} base=${base} reload=${reload} />
    <${Clock} clock=${clock} zone=${zone} base=${base} onChange=${reload} />
    <${Rules} rules=${rules} base=${base} onChange=${reload} />
    <${AddRule} id=${id} base=${base} rules=${rules} onAdded=${reload} />`;
}

/** Lead to the gallery where it has the scenario; one's own is not there. */
function ScenarioLink({ name }) {
  const known = useGallery().data?.scenarios.some((each) => each.name === name);
  return known ? html`<a href=${href("gallery", [name])}>${name}</a>` : html`<bdi>${name}</bdi>`;
}

function Actions({ id, base, reload }) {
  const post = (verb) => async () => { await send("POST", `${base}/${verb}`); reload(); };
  const remove = async () => { await send("DELETE", base); go("tenants"); };
  const asked = (name, act, kind) => html`<${ConfirmButton} kind=${kind} label=${t(`tenants.${name}`)}
    title=${t(`tenants.${name}Title`, { id })} text=${t(`tenants.${name}Text`)} act=${act} />`;
  return html`<div class="toolbar" role="group" aria-label=${t("tenants.actions")}>
    ${asked("reset", post("reset"))} ${asked("clear", post("clear"))} ${asked("delete", remove, "danger")}</div>`;
}
