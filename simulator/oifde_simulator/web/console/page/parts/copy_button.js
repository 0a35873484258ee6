// Copies a text, or what `text()` makes once it is pressed, and says that it did.
import { html, useEffect, useState } from "../core/html.js";
import { t } from "../core/text.js";
import { Dialog } from "./dialog.js";

export function CopyButton({ text, label }) {
  const [state, set] = useState("");
  const [shown, show] = useState(null);
  useEffect(() => {
    const timer = state && setTimeout(() => set(""), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      const made = typeof text === "function" ? await text() : text;
      if (await written(made)) set("copied");
      else show(made);
    } catch (error) {
      set(error.sentence ?? String(error));
    }
  };
  return html`<button type="button" class="copy" onClick=${copy}>${label}</button>
    <span class="said" role="status">${state === "copied" ? t("common.copied") : state}</span>
    ${shown !== null && html`<${Dialog} title=${label} onClose=${() => show(null)}>
      <p>${t("common.copyByHand")}</p><textarea rows="12" readonly aria-label=${label} value=${shown} /><//>`}`;
}

/** Beyond loopback a browser has no clipboard for a page over plain HTTP: then the text is shown. */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
