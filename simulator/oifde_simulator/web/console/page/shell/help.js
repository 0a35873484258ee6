// The keys, and what the page is.
import { html } from "../core/html.js";
import { t } from "../core/text.js";
import { Dialog } from "../parts/dialog.js";

const KEYS = [["j", "k"], ["Enter"], ["Esc"], ["/"], ["?"]];

export function Help({ onClose }) {
  return html`<${Dialog} title=${t("common.help")} onClose=${onClose}>
    <dl class="keys">${KEYS.map((keys) => html`<div key=${keys[0]}>
      <dt>${keys.map((key) => html`<kbd key=${key}>${key}</kbd> `)}</dt><dd>${t(`common.key.${keys[0]}`)}</dd></div>`)}</dl>
    <p>${t("common.about")}</p>
    <p><a href="control/openapi.json">${t("common.operations")}</a></p><//>`;
}
