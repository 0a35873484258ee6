// One exchange in whole: why it went as it did, what was sent beside what would have been honest.
import { get } from "../../../core/api.js";
import { html, useEffect, useRef } from "../../../core/html.js";
import { useEvery, useLoad } from "../../../core/load.js";
import { href } from "../../../core/route.js";
import { t } from "../../../core/text.js";
import { Time } from "../../../core/time.js";
import { Failure } from "../../../parts/failure.js";
import { Notice } from "../../../parts/notice.js";
import { outcomeOf, words } from "../outcome.js";
import { Answers } from "./answers.js";
import { Copies } from "./copies.js";
import { Request } from "./request.js";
import { Timeline } from "./timeline.js";
import { Why } from "./why.js";

/** `brief` is what the list knows. What was loaded stays, also when the journal forgets the exchange. */
export function Detail({ number, brief, zones, onClose }) {
  const found = useLoad((signal) => get(`journal/${number}`, {}, { signal }), [number]);
  const told = useLoad((signal) => get(`journal/${number}/bodies`, {}, { signal }), [number]);
  const entry = found.data;
  const bodies = told.data;
  const title = useRef(null);
  useEffect(() => {
    title.current.focus({ preventScroll: true });
    if (title.current.getBoundingClientRect().top < 0) title.current.scrollIntoView();
  }, []);
  useEvery(entry?.outcome.how === "under way" && !found.error ? 1 : 0, found);
  const shown = entry ?? brief;
  return html`<article class="detail" aria-labelledby="exchange">
    <header><h2 id="exchange" tabindex="-1" ref=${title}>${t("exchanges.one", { number })}</h2>
      ${shown && html`<${Head} entry=${shown} zone=${zones.get(shown.tenant) ?? "UTC"} />`}
      <button type="button" class="quiet close" data-close aria-label=${t("common.close")} onClick=${onClose}>✕</button></header>
    ${found.error?.status === 404
      ? html`<${Notice} kind="warning" text=${t(shown ? "exchanges.evicted" : "exchanges.notOnRecord", { number })} />`
      : html`<${Failure} error=${found.error} />`}
    ${!entry && found.loading && html`<p role="status">${t("parts.loading")}</p>`}
    ${entry && html`<${Copies} entry=${entry} bodies=${bodies} /><${Why} entry=${entry} />
      <${Answers} entry=${entry} bodies=${bodies} error=${told.error} /><${Timeline} entry=${entry} /><${Request} entry=${entry} />`}</article>`;
}

function Head({ entry, zone }) {
  const { at, tenant, endpoint, status, errorCode } = entry;
  return html`<p class=${`sum ${outcomeOf(entry)}`}><i class="dot" aria-hidden="true" /> <strong><bdi>${words(entry)}</bdi></strong>
      <span>HTTP ${status ?? "–"}</span> ${errorCode !== null && html`<span>errorCode ${errorCode}</span>`}</p>
    <p class="about"><${Time} at=${at} zone=${zone} /> · ${tenant === null ? t("exchanges.nobody") : html`<a href=${href("tenants", [tenant])}><bdi>${tenant}</bdi></a>`} · ${endpoint ?? t("exchanges.noEndpoint")}</p>`;
}
