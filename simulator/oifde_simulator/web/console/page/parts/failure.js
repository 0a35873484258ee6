// Says on the page why something could not be done or shown.
import { html } from "../core/html.js";
import { Notice } from "./notice.js";

/** Show the sentence of an ApiError and, where the server named several mistakes, each of them. */
export function Failure({ error }) {
  if (!error) return null;
  const more = (error.errors ?? []).map(words).filter((each) => each !== error.sentence);
  return html`<div class="failure">
    <${Notice} kind="error" text=${error.sentence ?? String(error.message ?? error)} />
    ${more.length > 1 && html`<ul>${more.map((each) => html`<li key=${each}>${each}</li>`)}</ul>`}
  </div>`;
}

const words = (each) => (typeof each === "string" ? each : each.message ?? JSON.stringify(each));
