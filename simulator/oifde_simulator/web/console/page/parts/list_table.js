// A table that scrolls sideways by itself where the page is narrow.
import { html } from "../core/html.js";

/** `columns` are the headings' words, `children` the rows. */
export function ListTable({ label, columns, children }) {
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${label}><table class="list">
    <thead><tr>${columns.map((name) => html`<th scope="col" key=${name}>${name}</th>`)}</tr></thead>
    <tbody>${children}</tbody></table></div>`;
}
