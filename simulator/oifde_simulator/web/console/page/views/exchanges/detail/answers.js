// The answer that was sent beside the honest one, with what differs.
import { html, useMemo, useState } from "../../../core/html.js";
import { t } from "../../../core/text.js";
import { size } from "../../../core/time.js";
import { visible } from "../../../core/visible.js";
import { LongText } from "../../../parts/long_text.js";
import { Notice } from "../../../parts/notice.js";
import { folded, lines, marked } from "./lines.js";
import { Headers } from "./request.js";

const STEP = 300;
const SHOWN = 50;

export function Answers({ entry, bodies, error }) {
  const sent = bodies?.sent ?? { ...entry.response };
  const honest = bodies?.honest ?? null;
  const changes = bodies?.changes ?? [];
  return html`<section class="answers"><h3>${t("exchanges.answers")}</h3>
    ${error && html`<${Notice} kind="warning" text=${t("exchanges.noBodies", { why: error.sentence })} />`}
    ${bodies && !bodies.whole && html`<${Notice} kind="warning" text=${t("exchanges.notWhole", { why: bodies.why })} />`}
    <${Changes} changes=${changes} more=${bodies?.moreChanges ?? 0} />
    <${Sides} key=${String(Boolean(bodies))} entry=${entry} sent=${sent} honest=${honest} changes=${changes} /></section>`;
}

function Changes({ changes, more }) {
  if (!changes.length) return null;
  const further = Math.max(0, changes.length - SHOWN) + more;
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${t("exchanges.changes")}><table class="list changes">
    <thead><tr><th scope="col">${t("exchanges.field")}</th><th scope="col">${t("exchanges.honest")}</th><th scope="col">${t("exchanges.sent")}</th></tr></thead>
    <tbody>${changes.slice(0, SHOWN).map((each) => html`<tr key=${each.path}><th scope="row"><code><${LongText} text=${each.path || "/"} /></code></th>
      <td class="old"><${Value} of=${each} side="honest" /></td><td class="new"><${Value} of=${each} side="sent" /></td></tr>`)}</tbody></table></div>
    ${further > 0 && html`<p class="hint">${t("exchanges.moreChanges", { count: further })}</p>`}`;
}

function Value({ of, side }) {
  if (!(side in of)) return html`<em>${t("exchanges.missing")}</em>`;
  return html`<code><${LongText} text=${JSON.stringify(of[side])} /></code>`;
}

function Sides({ entry, sent, honest, changes }) {
  const [whole, setWhole] = useState(false);
  const alike = honest !== null && honest.text === sent.text && honest.base64 === sent.base64 && honest.status === sent.status;
  if (alike) return html`<p class="hint">${t("exchanges.alike")}</p><${Side} title=${t("exchanges.sent")} answer=${sent} whole />`;
  return html`
    ${changes.length > 0 && html`<p><button type="button" aria-pressed=${whole} onClick=${() => setWhole(!whole)}>${t("exchanges.wholeBodies")}</button></p>`}
    <div class="sides"><${Side} title=${t("exchanges.sent")} answer=${sent} other=${honest} changes=${changes} kind="new" whole=${whole} />
      ${honest ? html`<${Side} title=${t("exchanges.honest")} answer=${honest} other=${sent} changes=${changes} kind="old" whole=${whole} />`
        : html`<section class="side"><h4>${t("exchanges.honest")}</h4><dl class="facts">${Object.entries(entry.honest).map(([name, value]) => html`<dt key=${name}>${name}</dt><dd><${LongText} text=${String(value)} /></dd>`)}</dl></section>`}</div>`;
}

function Side({ title, answer, other, changes = [], kind = "", whole }) {
  const { status, headers, bytes } = answer;
  return html`<section class=${`side ${kind}`}><h4>${title} <span class=${other && other.status !== status ? "tag changed" : "tag"}>HTTP ${status ?? "–"}</span>
      ${bytes !== undefined && html` <span class="tag">${size(bytes)}</span>`}</h4>
    ${headers && html`<${Headers} list=${headers} others=${other?.headers} />`}
    <${Body} answer=${answer} changes=${changes} whole=${whole || !changes.length} label=${title} /></section>`;
}

function Body({ answer, changes, whole, label }) {
  const { text, base64, cut } = answer;
  const [most, setMost] = useState(STEP);
  const value = useMemo(() => parsed(text), [text]);
  const all = useMemo(() => value && marked(lines(value.json), changes), [value, changes]);
  if (base64) return html`<p class="hint">${t("exchanges.binary")}</p><${LongText} text=${base64} block />`;
  if (!text) return html`<p class="hint">${t("exchanges.noBody")}</p>`;
  if (!all) return html`<${LongText} text=${text} block />${cut && html`<p class="hint">${t("exchanges.beginning")}</p>`}`;
  const shown = whole ? all : folded(all);
  return html`<pre tabindex="0" dir="auto" aria-label=${label}><code>${shown.slice(0, most).map((line, n) => (line.skipped
    ? html`<span key=${n} class="skipped">${t("exchanges.skipped", { count: line.skipped })}</span>` : html`<${Line} key=${n} ...${line} />`))}</code></pre>
    ${shown.length > most && html`<button type="button" class="link" onClick=${() => setMost(most * 4)}>${t("exchanges.moreLines", { shown: most, all: shown.length })}</button>`}`;
}

const LONGEST = 4000;

function Line({ text, changed }) {
  const [cut, setCut] = useState(text.length > LONGEST);
  return html`<span class=${changed ? "changed" : null}>${visible(cut ? text.slice(0, LONGEST) : text)}${cut && html` <button type="button" class="link" onClick=${() => setCut(false)}>…</button>`}</span>`;
}

function parsed(text) {
  try {
    const json = JSON.parse(text);
    return json !== null && typeof json === "object" ? { json } : null;
  } catch {
    return null;
  }
}
