// Shows the verdict of POST /verify: passed or not, why, which exchanges, and what came nearest.
import { href, html, ListTable, LongText, Notice, t } from "../kit.js";

export function Verdict({ verdict }) {
  if (!verdict) return null;
  const [{ passed, message, numbers, truncated, nearMisses, walks }] = verdict.results;
  return html`<div role="status">
    <${Notice} kind=${passed ? "good" : "error"} text=${`${t(passed ? "verdicts.passed" : "verdicts.failed")}: ${message}`} />
    ${(truncated || verdict.truncated) && html`<${Notice} kind="warning" text=${t("verdicts.truncated")} />`}
    ${numbers?.length > 0 && html`<p>${t("verdicts.numbers")} ${numbers.map((number) => html`<${Entry} key=${number} number=${number} /> `)}</p>`}
    ${walks?.length > 0 && html`<h3>${t("verdicts.walks")}</h3><ul>${walks.map((walk, n) => html`<li key=${n}><code>${JSON.stringify(walk)}</code></li>`)}</ul>`}
    ${nearMisses?.length > 0 && html`<${Nearest} misses=${nearMisses} />`}</div>`;
}

const Entry = ({ number }) => html`<a href=${href("exchanges", [String(number)])}>${number}</a>`;

function Nearest({ misses }) {
  return html`<h3>${t("verdicts.nearest")}</h3><${ListTable} label=${t("verdicts.nearest")}
      columns=${["exchange", "where", "expected", "found"].map((name) => t(`verdicts.${name}`))}>
    ${misses.flatMap(({ number, differences }) => differences.map(({ where, expected, found }, n) => html`<tr key=${`${number} ${n}`}>
      <th scope="row"><${Entry} number=${number} /></th><td>${where}</td><td><${LongText} text=${expected} /></td><td><${LongText} text=${found} /></td></tr>`))}<//>`;
}
