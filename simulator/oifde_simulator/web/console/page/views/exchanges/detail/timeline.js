// What happened on the connection, and when: waits, pieces, and how it ended.
import { html } from "../../../core/html.js";
import { t } from "../../../core/text.js";
import { duration, size } from "../../../core/time.js";

const MOST = 12;

export function Timeline({ entry }) {
  const { outcome, script } = entry;
  const steps = script ?? [];
  const whole = Math.max(outcome.seconds ?? 0, ...steps.map(({ at }) => at ?? 0)) || 1;
  const known = outcome.seconds !== null && outcome.seconds !== undefined;
  return html`<section><h3>${t("exchanges.timeline")}</h3>
    <ol class="timeline">
      <li><span class="when">0</span> <${Bar} from=${0} whole=${whole} /> <span>${t("exchanges.step.request", { bytes: size(entry.request.bytes) })}</span></li>
      ${steps.slice(0, MOST).map((step, n) => html`<${Step} key=${n} step=${step} next=${steps[n + 1]} whole=${whole} />`)}
      ${steps.length > MOST && html`<li><span class="when" /> <span /> <span>${t("exchanges.step.more", { count: steps.length - MOST })}</span></li>`}
      <li><span class="when">${known ? duration(outcome.seconds) : "…"}</span> <${Bar} from=${outcome.seconds ?? whole} whole=${whole} />
        <strong>${t(`exchanges.ended.${outcome.how.replace(" ", "_")}`, { bytes: size(outcome.bytes ?? 0) })}</strong></li></ol></section>`;
}

function Step({ step, next, whole }) {
  const { at, do: what, bytes, seconds } = step;
  const until = what === "wait" ? at + (seconds ?? Math.max(0, (next?.at ?? at) - at)) : at;
  const text = t(`exchanges.step.${what}`, { bytes: size(bytes ?? 0), seconds: duration(until - at) });
  return html`<li class=${what}><span class="when">${duration(at)}</span> <${Bar} from=${at} until=${until} whole=${whole} /> <span>${text}</span></li>`;
}

/** Draw when a step was, as a share of the whole; attributes need no inline style. */
function Bar({ from, until = from, whole }) {
  const start = Math.min(98, (98 * from) / whole);
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><path class="rail" d="M0 3h100" />
    <rect x=${start} y="0" width=${Math.max(2, (98 * (until - from)) / whole)} height="6" /></svg>`;
}
