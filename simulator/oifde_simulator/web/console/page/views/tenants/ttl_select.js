// Selects how long the server holds rules.
import { Field, html, t } from "../kit.js";
import { TTLS } from "./rule.js";

export function TtlSelect({ value, onChange }) {
  return html`<${Field} label=${t("tenants.ttl")}><select name="ttl" value=${value} onChange=${({ target }) => onChange(target.value)}>
    ${TTLS.map((each) => html`<option key=${each} value=${each}>${t(`tenants.ttl.${each || "none"}`)}</option>`)}</select><//>`;
}
