// Requests a second by outcome over the last minutes, as a strip.
import { get } from "../../core/api.js";
import { html } from "../../core/html.js";
import { useEvery, useLoad } from "../../core/load.js";
import { t } from "../../core/text.js";
import { OUTCOMES } from "./outcome.js";

const SECONDS = 600;
const WIDE = 5; // seconds a column
const HEIGHT = 36;
const EVERY = 2;

export function Strip({ tenant }) {
  const counted = useLoad((signal) => get("counters", { seconds: SECONDS, tenant: tenant || null }, { signal }), [tenant]);
  const { data, error } = counted;
  useEvery(EVERY, counted);
  if (error && !data) return html`<p class="hint">${t("exchanges.noCounters", { why: error.sentence })}</p>`;
  return html`<${Chart} series=${data?.series ?? {}} />`;
}

function Chart({ series }) {
  const all = OUTCOMES.map((name) => columns(series[name] ?? []));
  const sums = all[0].map((_, n) => all.reduce((sum, each) => sum + each[n], 0));
  const most = Math.max(1, ...sums);
  const totals = Object.fromEntries(OUTCOMES.map((name) => [name, (series[name] ?? []).reduce((sum, each) => sum + each, 0)]));
  const label = t("exchanges.strip", { minutes: SECONDS / 60, most: rate(most), ...totals });
  return html`<figure class="strip">
    <svg role="img" aria-label=${label} viewBox=${`0 0 ${all[0].length} ${HEIGHT}`} preserveAspectRatio="none">
      ${OUTCOMES.map((name, n) => html`<path key=${name} class=${name} d=${stacked(all, n, most)} />`)}</svg>
    <figcaption>${OUTCOMES.map((name) => html`<span key=${name} class=${name}><i class="dot" aria-hidden="true" /> ${t(`exchanges.legend.${name}`)} <b>${totals[name].toLocaleString()}</b></span>`)}
      <span class="most">${t("exchanges.stripMost", { minutes: SECONDS / 60, most: rate(most) })}</span></figcaption></figure>`;
}

const rate = (sum) => Number((sum / WIDE).toPrecision(2)).toLocaleString();

function columns(numbers) {
  const padded = [...Array(Math.max(0, SECONDS - numbers.length)).fill(0), ...numbers].slice(-SECONDS);
  return Array.from({ length: SECONDS / WIDE }, (_, n) => padded.slice(n * WIDE, (n + 1) * WIDE).reduce((sum, each) => sum + each, 0));
}

/** Draw one series on top of those before it. */
function stacked(all, which, most) {
  return all[which].map((value, n) => {
    if (!value) return "";
    const below = all.slice(0, which).reduce((sum, each) => sum + each[n], 0);
    const high = (value / most) * HEIGHT;
    const top = HEIGHT - (below / most) * HEIGHT - high;
    return `M${n} ${top.toFixed(2)}h.85v${high.toFixed(2)}h-.85z`;
  }).join("");
}
