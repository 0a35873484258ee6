// The list of exchanges as it grows: newest first, or followed at its end; it stands still while somebody reads.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../core/html.js";
import { t } from "../../core/text.js";
import { Failure } from "../../parts/failure.js";
import { Notice } from "../../parts/notice.js";
import { row } from "./row.js";

const EDGE = 120;
const COLUMNS = ["n", "at", "tenant", "what", "user", "status", "code", "why", "took"];

export function List({ feed, state, query, open, follow, paused, zones }) {
  const list = useRef(null);
  useReading(list, { feed, follow, paused });
  useLayoutEffect(() => { if (follow && !state.still) scrollTo(0, document.body.scrollHeight); }, [state.rows, follow]);
  const rows = follow ? state.rows : [...state.rows].reverse();
  const older = state.older && html`<${Older} feed=${feed} />`;
  return html`<div class="list">
    ${state.status === "failed" && html`<${Failure} error=${state.error} /><button type="button" onClick=${() => feed.start()}>${t("exchanges.again")}</button>`}
    ${state.truncated && html`<p class="hint">${t("exchanges.truncated")}</p>`}
    ${state.forgotten && html`<${Notice} kind="info" text=${t("exchanges.forgotten")}>
      <button type="button" onClick=${() => feed.newest()}>${t("exchanges.anew")}</button><//>`}
    ${follow && older}
    ${state.still && html`<p class="fresh"><button type="button" class="primary" onClick=${() => resume(feed, follow)}>
      ${t(state.fresh ? "exchanges.fresh" : "exchanges.still", { count: state.fresh.toLocaleString() })}</button></p>`}
    ${rows.length > 0 && html`<p class="head" aria-hidden="true">${COLUMNS.map((name) => html`<span key=${name} class=${name}>${t(`exchanges.column.${name}`)}</span>`)}</p>`}
    <ol class="rows" ref=${list} aria-label=${t("exchanges.title")}>${rows.map((entry) => row(entry, { query, open: open === entry.number, zone: zones.get(entry.tenant) ?? "UTC" }))}</ol>
    ${!rows.length && state.status !== "failed" && html`<${Nothing} status=${state.status} filtered=${query.size > 0} />`}
    ${!follow && older}</div>`;
}

function resume(feed, follow) {
  document.activeElement?.closest?.(".rows") && document.activeElement.blur();
  scrollTo(0, follow ? document.body.scrollHeight : 0);
  feed.hold(false);
}

/** Hold the list while its edge is out of sight, one of its lines has the focus, or somebody has paused it. */
function useReading(list, { feed, follow, paused }) {
  useEffect(() => {
    const judge = () => {
      if (!list.current) return; // the view is going: a focus that leaves with it is judged no more
      const page = document.documentElement;
      const away = follow ? page.scrollHeight - scrollY - innerHeight > EDGE : list.current.getBoundingClientRect().top < -EDGE;
      feed.hold(paused || away || Boolean(feed.detached) || list.current.contains(document.activeElement));
    };
    const later = () => queueMicrotask(judge);
    judge();
    addEventListener("scroll", judge, { passive: true });
    addEventListener("focusin", judge);
    addEventListener("focusout", later);
    return () => { removeEventListener("scroll", judge); removeEventListener("focusin", judge); removeEventListener("focusout", later); };
  }, [feed, follow, paused]);
}

function Older({ feed }) {
  const [state, set] = useState({});
  const load = async () => {
    set({ busy: true });
    set(await feed.older().then(() => ({}), (error) => ({ error })));
  };
  return html`<p class="older"><button type="button" disabled=${state.busy} onClick=${load}>${t("exchanges.older")}</button></p><${Failure} error=${state.error} />`;
}

function Nothing({ status, filtered }) {
  if (status === "loading") return html`<p role="status">${t("parts.loading")}</p>`;
  return html`<${Notice} kind="info" text=${t(filtered ? "exchanges.noneFits" : "exchanges.none")} />`;
}
