// The keys, and what the page is.
import { html } from "../core/html.js";
import { t } from "../core/text.js";
import { Dialog } from "../parts/dialog.js";

const KEYS = { move: ["j", "k"], open: ["Enter"], close: ["Esc"], filter: ["/"], help: ["?"] };

export function Help({ onClose }) {
  return html`<${Dialog} title=${t("common.help")} onClose=${onClose}>
    <dl class="keys">${Object.entries(KEYS).map(([name, keys]) => html`<div key=${name}>
      <dt>${keys.map((key) => html`<kbd key=${key}>${key}</kbd> `)}</dt><dd>${t(`common.key.${name}`)}</dd></div>`)}</dl>
    <p>${t("common.about")}</p>
    <p><a href="control/openapi.json">${t("common.operations")}</a></p><//>`;
}
