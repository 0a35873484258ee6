// One exchange as a line of the list, which is a link to it.
import { html } from "../../core/html.js";
import { href } from "../../core/route.js";
import { t } from "../../core/text.js";
import { duration, Time } from "../../core/time.js";
import { short } from "../../core/visible.js";
import { ending, outcomeOf, words } from "./outcome.js";

const made = new WeakMap();

/** Give the same element for the same entry, so that a frame makes only the lines that are new. */
export function row(entry, { query, open, zone }) {
  const sign = `${open} ${zone} ${query}`;
  const known = made.get(entry);
  if (known?.sign === sign) return known.element;
  const element = html`<li key=${entry.number} class=${outcomeOf(entry)}>
    <a data-open href=${href("exchanges", [String(entry.number)], query)} aria-current=${open ? "true" : null}><${Cells} entry=${entry} zone=${zone} /></a></li>`;
  made.set(entry, { sign, element });
  return element;
}

function Cells({ entry, zone }) {
  const { number, at, tenant, endpoint, request, status, errorCode, outcome, warnings } = entry;
  const user = request.userMobile ?? request.callId ?? request.ctiCallId ?? request.fileName ?? request.appKey ?? "";
  return html`<span class="n">${number}</span> <span class="at"><${Time} at=${at} zone=${zone} short /></span>
    <span class="tenant">${tenant === null ? html`<em>${t("exchanges.nobody")}</em>` : html`<bdi>${short(tenant, 60)}</bdi>`}</span>
    <span class="what">${endpoint ? short(endpoint, 40) : t("exchanges.noEndpoint")}</span>
    <span class="user"><bdi>${short(typeof user === "string" ? user : JSON.stringify(user), 40)}</bdi></span>
    <span class="status">${status ?? "–"}</span> <span class="code">${errorCode ?? "–"}</span>
    <span class="why"><i class="dot" aria-hidden="true" /> <bdi>${short(words(entry), 80)}</bdi>${ending(entry) && html` <em>${ending(entry)}</em>`}
      ${warnings?.length > 0 && html` <span class="tag">${t("exchanges.warned", { count: warnings.length })}</span>`}</span>
    <span class="took">${duration(outcome.seconds)}</span>`;
}
