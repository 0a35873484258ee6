// Makes a tenant: of a scenario that the server has, or of YAML.
import { Credentials, Failure, Field, href, html, send, t, useAct, useState } from "../kit.js";
import { CheckedYaml } from "./checked_yaml.js";
import { ScenarioSelect, useGallery } from "./gallery_select.js";

const EXAMPLE = `sessions:
  users: {"18000000001": 40}
rules:
  - {name: outage, match: {endpoint: queryRecordHistory}, times: 2, respond: {status: 503}}
`;

export function MakeTenant({ scenario, onMade }) {
  return html`<details class="panel" open=${Boolean(scenario)}>
    <summary>${t("tenants.make")}</summary>
    <${Form} scenario=${scenario ?? "good-day"} onMade=${onMade} />
  </details>`;
}

function Form({ scenario, onMade }) {
  const gallery = useGallery();
  const [choice, choose] = useState({ scenario, tenantId: "", yaml: EXAMPLE, own: false, valid: false });
  const change = (part) => choose((old) => ({ ...old, ...part }));
  const [state, make] = useAct(async () => {
    const { own, yaml, tenantId } = choice;
    const made = await send("POST", "tenants", { scenario: own ? `${yaml}\n` : choice.scenario, ...(tenantId && { tenantId }) });
    onMade();
    return { made, scenario: own ? null : choice.scenario };
  });
  return html`<form onSubmit=${make}>
    <fieldset class="choice"><legend>${t("tenants.madeOf")}</legend>
      ${[false, true].map((own) => html`<label key=${own}><input type="radio" name="source" checked=${choice.own === own}
        onChange=${() => change({ own })} /> ${t(own ? "tenants.ofYaml" : "tenants.ofGallery")}</label>`)}</fieldset>
    ${choice.own
      ? html`<${CheckedYaml} kind="scenario" value=${choice.yaml} onChange=${(yaml) => change({ yaml })}
          onResult=${({ valid }) => change({ valid })} />`
      : html`<${ScenarioSelect} gallery=${gallery} value=${choice.scenario} onChange=${(name) => change({ scenario: name })} />`}
    <${Field} label=${t("tenants.idOptional")}>
      <input name="tenantId" autocomplete="off" value=${choice.tenantId} onInput=${({ target }) => change({ tenantId: target.value })} /><//>
    <p class="actions"><button class="primary" disabled=${state.busy || (choice.own && !choice.valid)}>${t("tenants.makeIt")}</button></p>
    <${Failure} error=${state.error} />
    ${state.done && html`<${Made} ...${state.done} />`}
  </form>`;
}

/** Show a tenant that was made: the way to it, and its credentials. */
export function Made({ made, scenario }) {
  return html`<p role="status">${t("tenants.isMade")} <a href=${href("tenants", [made.tenantId])}><bdi>${made.tenantId}</bdi></a></p>
    <${Credentials} made=${made} scenario=${scenario} />`;
}
