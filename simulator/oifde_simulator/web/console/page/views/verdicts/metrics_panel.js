// Shows the counters at a glance: requests by what was sent, seconds of decisions, the journal's size.
import { duration, Failure, html, ListTable, size, t, text, useEvery, useLoad } from "../kit.js";
import { outcomes, parse, quantile, total } from "./metrics.js";

const SECONDS = 5;
const MOST = 15;
const COLUMNS = ["requests", "endpoint", "status", "errorCode", "rule", "faults"];

export function MetricsPanel() {
  const loaded = useLoad(() => text("metrics"), []);
  const { data, error } = loaded;
  useEvery(SECONDS, loaded);
  const samples = data === undefined ? null : parse(data);
  return html`<section><h2>${t("verdicts.metrics")}</h2><${Failure} error=${error} />
    ${samples && html`<${Tiles} samples=${samples} /><${Outcomes} groups=${outcomes(samples)} />`}</section>`;
}

function Tiles({ samples }) {
  const sum = (name) => total(samples, name);
  const tiles = {
    requests: count(sum("oifde_requests_total")),
    median: within(quantile(samples, 0.5)),
    slowest: within(quantile(samples, 0.99)),
    tenants: count(sum("oifde_tenants")),
    journal: count(sum("oifde_journal_exchanges")),
    journalBytes: size(sum("oifde_journal_bytes")),
    memory: size(sum("process_resident_memory_bytes")),
  };
  return html`<dl class="tiles">${Object.entries(tiles).map(([name, value]) => html`
    <div key=${name}><dt>${t(`verdicts.tile.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function Outcomes({ groups }) {
  if (!groups.length) return html`<p>${t("verdicts.noRequests")}</p>`;
  const most = groups[0].count;
  return html`<${ListTable} label=${t("verdicts.metrics")} columns=${COLUMNS.map((name) => t(`verdicts.${name}`))}>
    ${groups.slice(0, MOST).map(({ key, count: many, endpoint, status, errorCode, rule, fault }) => html`<tr key=${key} class=${rule ? "spoiled" : "honest"}>
      <td class="number"><meter max=${most} value=${many} aria-label=${t("verdicts.requests")}>${many}</meter> ${count(many)}</td>
      <td>${endpoint || "–"}</td><td>${status}</td><td>${errorCode || "–"}</td><td><bdi>${rule || t("verdicts.honest")}</bdi></td><td>${fault || "–"}</td></tr>`)}<//>
    ${groups.length > MOST && html`<p>${t("verdicts.moreGroups", { count: groups.length - MOST })}</p>`}`;
}

const count = (number) => number.toLocaleString();

/** Write a bucket's upper bound, which the last one does not have. */
function within(seconds) {
  if (seconds === null) return "–";
  return seconds === Infinity ? t("verdicts.long") : `≤ ${duration(seconds)}`;
}
