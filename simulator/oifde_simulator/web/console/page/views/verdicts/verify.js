// Verifies by a form: the words of the journal's filter, and how many exchanges there should be.
import { CopyButton, Failure, Field, go, html, send, t, useAct, useState, word } from "../kit.js";
import { expectation, FIELDS, KINDS } from "./expectation.js";
import { Verdict } from "./verdict.js";

/** The form begins with the conditions of the fragment, and writes them there when it asks. */
export function Verify({ query }) {
  const [form, setForm] = useState(() => ({ kind: "range", atLeast: "1", ...Object.fromEntries(query) }));
  const [extra, setExtra] = useState({ name: "", value: "" });
  const all = { ...form, ...(extra.name && { [extra.name]: extra.value }) };
  const body = expectation(all);
  const [state, ask] = useAct(() => {
    go("verdicts", [], all);
    return send("POST", "verify", body);
  });
  const change = (name) => ({ target }) => setForm({ ...form, [name]: target.value });
  return html`<section><h2>${t("verdicts.verify")}</h2><p>${t("verdicts.verifyLead")}</p>
    <form onSubmit=${ask}>
      <div class="fields"><${HowMany} form=${form} change=${change} /></div>
      <div class="fields">${["tenant", ...FIELDS].map((name) => html`<${Field} key=${name} label=${name}>
        <input name=${name} autocomplete="off" spellcheck="false" value=${form[name] ?? ""} onInput=${change(name)} /><//>`)}
        ${["name", "value"].map((part) => html`<${Field} key=${part} label=${t(`verdicts.extra.${part}`)}>
          <input autocomplete="off" spellcheck="false" value=${extra[part]} onInput=${({ target }) => setExtra({ ...extra, [part]: target.value })} /><//>`)}
      </div>
      <p class="hint">${t("verdicts.words")}</p>
      <p class="actions"><button class="primary" disabled=${state.busy}>${t("verdicts.ask")}</button>
        <${CopyButton} text=${command(body)} label=${t("verdicts.copyCurl")} /></p>
    </form>
    <${Failure} error=${state.error} /><${Verdict} verdict=${state.done} /></section>`;
}

function HowMany({ form, change }) {
  return html`<${Field} label=${t("verdicts.expect")}><select name="kind" value=${form.kind} onChange=${change("kind")}>
      ${KINDS.map((kind) => html`<option key=${kind} value=${kind}>${t(`verdicts.kind.${kind}`)}</option>`)}</select><//>
    ${form.kind === "range" && ["atLeast", "atMost"].map((name) => html`<${Field} key=${name} label=${t(`verdicts.${name}`)}>
      <input name=${name} type="number" min="0" value=${form[name] ?? ""} onInput=${change(name)} /><//>`)}`;
}

const command = (body) => `curl -s ${word(new URL("verify", new URL(".", location.href)).href)} -d ${word(JSON.stringify(body))}`;
