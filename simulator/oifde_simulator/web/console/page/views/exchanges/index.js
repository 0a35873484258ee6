// The exchanges: a live list, and one of them in whole.
import { html } from "../../core/html.js";
import { t } from "../../core/text.js";

export function Exchanges() {
  return html`<h1>${t("exchanges.title")}</h1>`;
}
