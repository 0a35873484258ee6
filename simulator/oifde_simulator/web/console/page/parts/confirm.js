// Asks before something is done that nobody can take back.
import { html, useState } from "../core/html.js";
import { useAct } from "../core/load.js";
import { t } from "../core/text.js";
import { Dialog } from "./dialog.js";
import { Failure } from "./failure.js";

/** Button that opens a dialog; `act` is what is done, and its failure is said in the dialog. */
export function ConfirmButton({ label, title, text, act, kind = "" }) {
  const [open, setOpen] = useState(false);
  return html`<button type="button" class=${kind} onClick=${() => setOpen(true)}>${label}</button>
    ${open && html`<${Question} ...${{ label, title, text, act, kind }} onClose=${() => setOpen(false)} />`}`;
}

function Question({ label, title, text, act, kind, onClose }) {
  const [state, run] = useAct(act);
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p>${text}</p>
    <${Failure} error=${state.error} />
    <p class="actions">
      <button type="button" class=${kind || "primary"} disabled=${state.busy} onClick=${async () => (await run()) && onClose()}>${label}</button>
      <button type="button" onClick=${onClose}>${t("parts.cancel")}</button>
    </p>
  <//>`;
}
