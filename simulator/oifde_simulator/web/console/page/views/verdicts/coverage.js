// Shows which rules have fired and which never did.
import { Failure, get, href, html, ListTable, Notice, t, useEvery, useLoad } from "../kit.js";

const SECONDS = 5;

export function Coverage() {
  const loaded = useLoad((signal) => get("coverage", {}, { signal }), []);
  const { data, error } = loaded;
  useEvery(SECONDS, loaded);
  return html`<section><h2>${t("verdicts.coverage")}</h2>
    <${Failure} error=${error} />${data && html`<${Report} ...${data} />`}</section>`;
}

function Report({ unused, scenarios, uncounted, truncated }) {
  const asked = scenarios.filter(({ rules }) => rules.length);
  const own = asked.some(({ rules }) => rules.some(({ bundled }) => !bundled));
  return html`
    ${unused.length
      ? html`<${Notice} kind="warning" text=${t("verdicts.unused", { count: unused.length })} />
        <ul>${unused.map(({ scenario, rule }) => html`<li key=${`${scenario} ${rule}`}><bdi>${scenario}</bdi>: <strong><bdi>${rule}</bdi></strong></li>`)}</ul>`
      : html`<${Notice} kind=${own ? "good" : "info"} text=${t(own ? "verdicts.allUsed" : "verdicts.noneOfYours")} />`}
    ${truncated && html`<${Notice} kind="warning" text=${t("verdicts.coverageTruncated")} />`}
    ${asked.map((each) => html`<${Suite} key=${each.scenario} ...${each} />`)}
    <details><summary>${t("verdicts.uncounted", { count: uncounted.length })}</summary><p>${uncounted.join(", ")}</p></details>`;
}

function Suite({ scenario, rules }) {
  const fired = rules.filter((rule) => rule.fired).length;
  return html`<details open=${rules.some(({ bundled }) => !bundled)}><summary><bdi>${scenario}</bdi> <span class="tag">${t("verdicts.firedOf", { fired, all: rules.length })}</span></summary>
    <${ListTable} label=${scenario} columns=${["rule", "fired", "faults"].map((name) => t(`verdicts.${name}`))}>${rules.map((rule) => html`<tr key=${rule.rule} class=${rule.fired ? "" : "never"}>
      <th scope="row"><a href=${href("exchanges", [], { rule: rule.rule })}><bdi>${rule.rule}</bdi></a></th>
      <td class="number">${rule.fired || t("verdicts.never")}</td>
      <td>${rule.faults.map(({ fault, fired: count }) => `${fault}: ${count}`).join(", ")}</td></tr>`)}<//></details>`;
}
