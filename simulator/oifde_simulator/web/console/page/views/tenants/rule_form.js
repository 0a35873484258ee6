// The form for a rule: which failure, for which user, how often, for how long.
import { Failure, Field, get, html, Notice, t, useLoad, useState } from "../kit.js";
import { ScenarioSelect, useGallery } from "./gallery_select.js";
import { Magic } from "./magic.js";
import { adapted } from "./rule.js";

const START = { scenario: "outage", userMobile: "", times: "" };

export function RuleForm({ taken, onAdd, onYaml, children }) {
  const gallery = useGallery();
  const [choice, choose] = useState(START);
  const change = (part) => choose((old) => ({ ...old, ...part }));
  const { data, error } = useLoad((signal) => get(`gallery/${choice.scenario}`, {}, { signal }), [choice.scenario]);
  const ready = data?.name === choice.scenario && data.rules?.length > 0;
  const rules = ready ? adapted(data.rules, choice, taken) : [];
  const add = (event) => { event.preventDefault(); onAdd(rules); };
  return html`<form onSubmit=${add}>
    <${ScenarioSelect} gallery=${gallery} value=${choice.scenario} label=${t("tenants.failure")} onChange=${(scenario) => change({ scenario })} />
    <${Failure} error=${error} />
    ${data && !ready && html`<${Notice} kind="warning" text=${t("tenants.notByRule", { scenario: choice.scenario })} />`}
    <div class="fields"><${Limits} choice=${choice} change=${change} />${children}</div>
    <p class="actions"><button class="primary" disabled=${!ready}>${t("tenants.addIt")}</button>
      <button type="button" disabled=${!ready} onClick=${() => onYaml(rules)}>${t("tenants.editYaml")}</button></p>
    <${Magic} magic=${gallery.data?.magic} />
  </form>`;
}

function Limits({ choice, change }) {
  const input = (name, more) => html`<${Field} label=${t(`tenants.${name}`)}>
    <input name=${name} autocomplete="off" value=${choice[name]} onInput=${({ target }) => change({ [name]: target.value })} ...${more} /><//>`;
  return html`${input("userMobile", { inputmode: "tel", placeholder: t("tenants.everyUser") })}
    ${input("times", { type: "number", min: 1, placeholder: t("tenants.always") })}`;
}
