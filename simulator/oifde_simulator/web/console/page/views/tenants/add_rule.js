// Adds rules to a tenant: chosen by symptom in a form, or written as YAML.
import { Field, Failure, html, Notice, send, t, toYaml, useAct, useState } from "../kit.js";
import { CheckedYaml } from "./checked_yaml.js";
import { TTLS } from "./rule.js";
import { RuleForm } from "./rule_form.js";

const EXAMPLE = `- name: busy
  match: {endpoint: queryRecordHistory}
  times: 2
  respond: {status: 503}
`;

export function AddRule({ id, base, rules, onAdded }) {
  const [yaml, setYaml] = useState(null);
  const [ttl, setTtl] = useState("5m");
  const names = rules.map(({ name }) => name);
  const [state, add] = useAct(async (list) => {
    await send("POST", `${base}/rules`, list.map((rule) => (ttl ? { ttl, ...rule } : rule)));
    onAdded();
    return list.map(({ name }) => name ?? "…").join(", ");
  });
  const held = html`<${TtlSelect} value=${ttl} onChange=${setTtl} />`;
  return html`<section><h2>${t("tenants.addRule")}</h2>
    <p class="toolbar" role="group" aria-label=${t("tenants.howToAdd")}>
      <button type="button" aria-pressed=${yaml === null} onClick=${() => setYaml(null)}>${t("tenants.byForm")}</button>
      <button type="button" aria-pressed=${yaml !== null} onClick=${() => setYaml(yaml ?? EXAMPLE)}>${t("tenants.asYaml")}</button></p>
    ${yaml === null
      ? html`<${RuleForm} taken=${names} onAdd=${add} onYaml=${(list) => setYaml(toYaml(list) + "\n")}>${held}<//>`
      : html`<${YamlRules} tenant=${id} yaml=${yaml} setYaml=${setYaml} onAdd=${add}>${held}<//>`}
    <${Failure} error=${state.error} />
    ${state.done && html`<${Notice} kind="good" text=${t("tenants.isAdded", { names: state.done })} />`}
  </section>`;
}

function YamlRules({ tenant, yaml, setYaml, onAdd, children }) {
  const [result, setResult] = useState({ valid: false });
  return html`<${CheckedYaml} kind="rules" tenant=${tenant} value=${yaml} onChange=${setYaml} onResult=${setResult} />
    <div class="actions">${children}
      <button type="button" class="primary" disabled=${!result.valid} onClick=${() => onAdd(result.rules)}>${t("tenants.addIt")}</button></div>`;
}

/** Select how long the server holds the rules. */
function TtlSelect({ value, onChange }) {
  return html`<${Field} label=${t("tenants.ttl")}><select name="ttl" value=${value} onChange=${({ target }) => onChange(target.value)}>
    ${TTLS.map((each) => html`<option key=${each} value=${each}>${t(`tenants.ttl.${each || "none"}`)}</option>`)}</select><//>`;
}
