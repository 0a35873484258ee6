// Explains the magic numbers: users of tenant `magic` whose queries fail in a way of their own.
import { CopyButton, html, t } from "../kit.js";

export function Magic({ magic }) {
  if (!magic?.length) return null;
  return html`<details><summary>${t("tenants.magic")}</summary>
    <p>${t("tenants.magicText")}</p>
    <div class="scroll"><table class="list"><thead><tr>
      <th scope="col">userMobile</th><th scope="col">${t("tenants.rule")}</th><th scope="col">${t("tenants.happens")}</th>
    </tr></thead><tbody>${magic.map((each) => html`<tr key=${each.userMobile}>
      <th scope="row"><code>${each.userMobile}</code> <${CopyButton} text=${each.userMobile} label=${t("common.copyOf", { name: each.userMobile })} /></th>
      <td>${each.rule}</td><td>${each.happens}</td></tr>`)}</tbody></table></div>
  </details>`;
}
