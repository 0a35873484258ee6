// A modal dialog: the browser keeps the focus in it, Escape closes it, and the focus goes back.
import { html, useEffect, useRef } from "../core/html.js";
import { t } from "../core/text.js";

let count = 0;

export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  const id = useRef(`dialog-${(count += 1)}`).current;
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus({ preventScroll: true });
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby=${id} onCancel=${(event) => { event.preventDefault(); onClose(); }} onClose=${onClose}>
    <header><h2 id=${id}>${title}</h2>
      <button type="button" class="quiet" aria-label=${t("common.close")} onClick=${onClose}>✕</button></header>
    ${children}</dialog>`;
}
