// A text from somebody else, as text: its beginning, and more of it in steps.
import { html, useState } from "../core/html.js";
import { t } from "../core/text.js";
import { visible } from "../core/visible.js";

const STEP = 4000;

export function LongText({ text, block = false }) {
  const [most, setMost] = useState(STEP);
  const whole = String(text);
  const shown = visible(whole.slice(0, most));
  const more = whole.length > most && html` <button type="button" class="link" onClick=${() => setMost(most * 4)}>
    ${t("common.showMore", { shown: most.toLocaleString(), all: whole.length.toLocaleString() })}</button>`;
  return block
    ? html`<pre tabindex="0" dir="auto"><code>${shown}</code></pre>${more}`
    : html`<bdi class="long">${shown}</bdi>${more}`;
}
