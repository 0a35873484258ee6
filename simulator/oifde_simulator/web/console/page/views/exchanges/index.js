// The exchanges: a live list, and one of them in whole beside it.
import { blob, get } from "../../core/api.js";
import { html, useEffect, useMemo, useState } from "../../core/html.js";
import { useLoad } from "../../core/load.js";
import { go } from "../../core/route.js";
import { t } from "../../core/text.js";
import { CopyButton } from "../../parts/copy_button.js";
import { Failure } from "../../parts/failure.js";
import { save } from "./copy/har.js";
import { Detail } from "./detail/index.js";
import { EMPTY, Feed } from "./feed.js";
import { Filter } from "./filter.js";
import { List } from "./list.js";
import { Strip } from "./strip.js";

export function Exchanges({ path, query }) {
  const number = /^\d+$/.test(path[0] ?? "") ? Number(path[0]) : null;
  const [follow, setFollow] = useState(false);
  const [paused, setPaused] = useState(false);
  const [feed, state] = useFeed(String(query));
  const [tenants, zones] = useTenants(state.rows);
  const close = () => { go("exchanges", [], query); focusRow(number); };
  return html`<h1 class="unseen">${t("exchanges.title")}</h1>
    <${Filter} query=${query} tenants=${tenants} onChange=${(next) => go("exchanges", path, next)} />
    <${Strip} tenant=${query.get("tenant")} />
    <${Controls} ...${{ state, query, follow, paused, setFollow, setPaused }} />
    <div class=${number === null ? "split" : "split open"}>
      <${List} ...${{ feed, state, query, follow, paused, zones }} open=${number} />
      ${number !== null && html`<${Detail} key=${number} number=${number} zones=${zones} onClose=${close}
        brief=${state.rows.find((entry) => entry.number === number)} />`}</div>`;
}

function useFeed(query) {
  const [state, set] = useState(EMPTY);
  const feed = useMemo(() => new Feed(query, (next) => set(next)), [query]);
  useEffect(() => { feed.start(); return () => feed.stop(); }, [feed]);
  return [feed, state];
}

/** Know all tenants and their zones; ask again when an exchange names one that is new. */
function useTenants(rows) {
  const newest = rows.at(-1)?.tenant;
  const [asked, ask] = useState(null);
  const { data } = useLoad((signal) => get("tenants", {}, { signal }), [asked]);
  useEffect(() => { if (newest && data && !data.some(({ id }) => id === newest)) ask(newest); }, [newest, data]);
  return useMemo(() => [(data ?? []).map(({ id }) => id), new Map((data ?? []).map(({ id, zone }) => [id, zone]))], [data]);
}

function focusRow(number) {
  requestAnimationFrame(() => document.querySelector(`.rows a[href^="#/exchanges/${number}?"], .rows a[href="#/exchanges/${number}"]`)?.focus({ preventScroll: true }));
}

function Controls({ state, query, follow, paused, setFollow, setPaused }) {
  const [error, setError] = useState(null);
  const har = () => blob("journal.har", query).then((found) => save(found, "exchanges.har"), setError);
  const live = paused ? "paused" : state.status === "live" && state.still ? "reading" : state.status;
  return html`<div class="controls" role="group" aria-label=${t("exchanges.controls")}>
    <span class=${`state ${live}`} role="status">${t(`exchanges.state.${live}`)}</span>
    <button type="button" aria-pressed=${paused} onClick=${() => setPaused(!paused)}>${t("exchanges.pause")}</button>
    <button type="button" aria-pressed=${follow} onClick=${() => setFollow(!follow)}>${t("exchanges.follow")}</button>
    <button type="button" onClick=${har}>${t("exchanges.har")}</button>
    <${CopyButton} text=${() => location.href} label=${t("exchanges.copyLink")} /><${Failure} error=${error} /></div>`;
}
