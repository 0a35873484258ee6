// Explains the magic numbers: users of tenant `magic` whose queries fail in a way of their own.
import { CopyButton, html, ListTable, t } from "../kit.js";

export function Magic({ magic }) {
  if (!magic?.length) return null;
  return html`<details><summary>${t("tenants.magic")}</summary>
    <p>${t("tenants.magicText")}</p>
    <${ListTable} label=${t("tenants.magic")} columns=${["userMobile", t("tenants.rule"), t("tenants.happens")]}>${magic.map((each) => html`<tr key=${each.userMobile}>
      <th scope="row"><code>${each.userMobile}</code> <${CopyButton} text=${each.userMobile} label=${t("parts.copyOf", { name: each.userMobile })} /></th>
      <td>${each.rule}</td><td>${each.happens}</td></tr>`)}<//>
  </details>`;
}
