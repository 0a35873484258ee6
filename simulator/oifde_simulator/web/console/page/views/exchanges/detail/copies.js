// Copies the exchange as something to go on with: a command, a rule, a test, an archive.
import { get } from "../../../core/api.js";
import { html, useState } from "../../../core/html.js";
import { t } from "../../../core/text.js";
import { CopyButton } from "../../../parts/copy_button.js";
import { Failure } from "../../../parts/failure.js";
import { curl } from "../copy/curl.js";
import { archive, save } from "../copy/har.js";
import { pytest } from "../copy/pytest.js";
import { ruleOf, ruleYaml } from "../copy/rule.js";

export function Copies({ entry, bodies }) {
  const [error, setError] = useState(null);
  const rule = async () => ruleOf(entry, bodies, await definition(entry));
  const har = () => archive(entry).then((found) => save(found, `exchange-${entry.number}.har`)).catch(setError);
  return html`<div class="copies" role="group" aria-label=${t("exchanges.copy")}>
    <${CopyButton} label=${t("exchanges.asCurl")} text=${async () => curl(entry, await get("listener"))} />
    <${CopyButton} label=${t("exchanges.asRule")} text=${async () => ruleYaml(await rule(), entry)} />
    <${CopyButton} label=${t("exchanges.asTest")} text=${async () => pytest(entry, await rule())} />
    <button type="button" onClick=${har}>${t("exchanges.asHar")}</button><${Failure} error=${error} /></div>`;
}

/** Find the rule that fired as its scenario has it, where that is one of the gallery; null elsewhere. */
async function definition({ tenant, rule }) {
  if (!rule || tenant === null) return null;
  try {
    const { scenario } = await get(`tenants/${encodeURIComponent(tenant)}`);
    const { rules } = await get(`gallery/${encodeURIComponent(scenario)}`);
    return rules.find(({ name }) => name === rule) ?? null;
  } catch {
    return null;
  }
}
