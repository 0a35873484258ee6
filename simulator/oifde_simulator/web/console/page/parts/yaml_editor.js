// An editor of YAML with line numbers; lines with mistakes are marked, and each mistake leads to its place.
import { html, useEffect, useRef } from "../core/html.js";
import { t } from "../core/text.js";

const LEAST = 8;
const MOST = 24;

/** `check` is what POST /check says: `{errors, warnings}`, each with line, column, path, message and fix. */
export function YamlEditor({ value, onChange, check }) {
  const area = useRef(null);
  const gutter = useRef(null);
  const found = [...marked(check?.errors, "error"), ...marked(check?.warnings, "warning")];
  const count = value.split("\n").length;
  const follow = () => { gutter.current.scrollTop = area.current.scrollTop; };
  useEffect(follow, [value]);
  const jump = ({ line, column }) => {
    const before = value.split("\n").slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const at = Math.min(value.length, before + Math.max(0, (column ?? 1) - 1));
    area.current.focus();
    area.current.setSelectionRange(at, at);
  };
  return html`<div class="yaml">
    <div class="sheet">
      <ol class="gutter" aria-hidden="true" ref=${gutter}>${numbered(count, found)}</ol>
      <textarea ref=${area} rows=${Math.max(LEAST, Math.min(MOST, count + 1))} spellcheck="false" wrap="off" aria-label="YAML"
        aria-invalid=${Boolean(check?.errors?.length)} value=${value} onScroll=${follow} onKeyDown=${(event) => indent(event, onChange)}
        onInput=${({ target }) => onChange(target.value)} />
    </div>
    <ul class="found">${found.map((each, n) => html`<li key=${n} class=${each.kind}><${Mistake} ...${each} jump=${jump} /></li>`)}</ul></div>`;
}

function Mistake({ kind, line, column, path, message, fix, jump }) {
  const place = line ? html`<button type="button" class="link" onClick=${() => jump({ line, column })}>${t("common.place", { line, column: column ?? 1 })}</button> ` : "";
  return html`<strong>${t(`common.${kind}`)}</strong> ${place}${path && html`<code>${path}</code> `}<span dir="auto">${message}</span>${fix && html` <em dir="auto">${fix}</em>`}`;
}

const marked = (list, kind) => (list ?? []).map((each) => ({ ...each, kind }));

function numbered(count, found) {
  const kinds = new Map([...found].reverse().map(({ line, kind }) => [line, kind]));
  return Array.from({ length: Math.min(count, 5000) }, (_, n) => html`<li key=${n} class=${kinds.get(n + 1) ?? ""}>${n + 1}</li>`);
}

/** Begin a new line as far in as the last one. Tab leaves the field, as everywhere. */
function indent(event, onChange) {
  if (event.key !== "Enter" || event.isComposing) return;
  const { value, selectionStart: at, selectionEnd: end } = event.target;
  const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
  const blank = /^ */.exec(line)[0] + (/^ *- /.test(line) ? "  " : "");
  if (!blank) return;
  event.preventDefault();
  event.target.setRangeText(`\n${blank}`, at, end, "end");
  onChange(event.target.value);
}
