// A sentence that stands out: kind is error, warning, good or info. A sign stands beside the colour.
import { html } from "../core/html.js";

const SIGNS = { error: "✕", warning: "!", good: "✓" };

export function Notice({ kind = "info", text, children }) {
  return html`<p class=${`notice ${kind}`} role=${kind === "error" ? "alert" : "status"}>
    <span class="sign" aria-hidden="true">${SIGNS[kind] ?? "i"}</span> <span dir="auto">${text}</span>${children}</p>`;
}
