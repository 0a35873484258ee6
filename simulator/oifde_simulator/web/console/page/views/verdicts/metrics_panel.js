// Shows the counters at a glance: requests by what was sent, seconds of decisions, the journal's size.
import { Failure, html, ListTable, t, text, useEvery, useLoad } from "../kit.js";
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
    median: duration(quantile(samples, 0.5)),
    slowest: duration(quantile(samples, 0.99)),
    tenants: count(sum("oifde_tenants")),
    journal: count(sum("oifde_journal_exchanges")),
    journalBytes: bytes(sum("oifde_journal_bytes")),
    memory: bytes(sum("process_resident_memory_bytes")),
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

function duration(seconds) {
  if (seconds === null) return "–";
  if (seconds === Infinity) return t("verdicts.long");
  return seconds < 0.001 ? `≤ ${Math.round(seconds * 1e6)} µs` : `≤ ${seconds * 1000} ms`;
}

function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, number)) / 10));
  return `${(number / 1024 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}
