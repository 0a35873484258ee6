// Adds rules to a tenant: chosen by symptom in a form, or written as YAML.
import { Failure, html, Notice, send, t, toYaml, useState } from "../kit.js";
import { CheckedYaml } from "./checked_yaml.js";
import { RuleForm } from "./rule_form.js";
import { TtlSelect } from "./ttl_select.js";

const EXAMPLE = `- name: busy
  match: {endpoint: queryRecordHistory}
  times: 2
  respond: {status: 503}
`;

export function AddRule({ id, base, rules, onAdded }) {
  const [yaml, setYaml] = useState(null);
  const [state, set] = useState({});
  const names = rules.map(({ name }) => name);
  const add = async (list) => {
    try {
      await send("POST", `${base}/rules`, list);
      set({ added: list.map(({ name }) => name).join(", ") });
      onAdded();
    } catch (error) {
      set({ error });
    }
  };
  return html`<section><h2>${t("tenants.addRule")}</h2>
    <p class="toolbar" role="group" aria-label=${t("tenants.howToAdd")}>
      <button type="button" aria-pressed=${yaml === null} onClick=${() => setYaml(null)}>${t("tenants.byForm")}</button>
      <button type="button" aria-pressed=${yaml !== null} onClick=${() => setYaml(yaml ?? EXAMPLE)}>${t("tenants.asYaml")}</button></p>
    ${yaml === null
      ? html`<${RuleForm} taken=${names} onAdd=${add} onYaml=${(list) => setYaml(toYaml(list) + "\n")} />`
      : html`<${YamlRules} tenant=${id} yaml=${yaml} setYaml=${setYaml} onAdd=${add} />`}
    <${Failure} error=${state.error} />
    ${state.added && html`<${Notice} kind="good" text=${t("tenants.isAdded", { names: state.added })} />`}
  </section>`;
}

function YamlRules({ tenant, yaml, setYaml, onAdd }) {
  const [result, setResult] = useState({ valid: false });
  const [ttl, setTtl] = useState("");
  const add = () => onAdd(result.rules.map((rule) => (ttl ? { ...rule, ttl } : rule)));
  return html`<${CheckedYaml} kind="rules" tenant=${tenant} value=${yaml} onChange=${setYaml} onResult=${setResult} />
    <p class="actions"><${TtlSelect} value=${ttl} onChange=${setTtl} />
      <button type="button" class="primary" disabled=${!result.valid} onClick=${add}>${t("tenants.addIt")}</button></p>`;
}
