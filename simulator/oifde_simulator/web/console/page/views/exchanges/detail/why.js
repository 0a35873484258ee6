// Why the answer is as it is: the rule, what it could not do, rules that were held back or nearly fit, mistakes.
import { html } from "../../../core/html.js";
import { href } from "../../../core/route.js";
import { t } from "../../../core/text.js";
import { LongText } from "../../../parts/long_text.js";
import { outcomeOf, rulesOf } from "../outcome.js";

export function Why({ entry }) {
  const { rule, faults, notes, problems, warnings, heldBack, nearMisses } = entry;
  return html`<section><h3>${t("exchanges.why")}</h3>
    <p>${rule ? html`<${Fired} ...${entry} />` : t(outcomeOf(entry) === "refused" ? "exchanges.whyRefused" : "exchanges.whyHonest")}</p>
    ${rule && faults.length > 0 && html`<p>${t("exchanges.faults")} ${faults.map((fault, n) => html`<code key=${n}>${fault}</code> `)}</p>`}
    <${Sentences} title=${t("exchanges.problems")} list=${problems} kind="problems" />
    <${Sentences} title=${t("exchanges.warnings")} list=${warnings} kind="warnings" />
    <${Sentences} title=${t("exchanges.notes")} list=${notes} />
    ${heldBack.length > 0 && html`<h4>${t("exchanges.heldBack")}</h4><dl class="facts">${heldBack.map((each, n) => html`
      <dt key=${n}><bdi>${each.rule}</bdi></dt><dd><${LongText} text=${each.why} /></dd>`)}</dl>`}
    ${nearMisses.length > 0 && html`<${Near} misses=${nearMisses} />`}</section>`;
}

function Fired({ tenant, honest, ...entry }) {
  const rules = rulesOf(entry);
  const [before, after] = t(rules.length > 1 ? "exchanges.whyRules" : "exchanges.whyRule").split("{rule}");
  return html`${before}${rules.map((rule, n) => html`${n > 0 && ", "}<a key=${rule} href=${href("exchanges", [], { tenant, rule })}><bdi>${rule}</bdi></a>`)}${after} ${t("exchanges.wouldBe", { status: honest.status, errorCode: honest.errorCode ?? "–" })}${honest.total !== undefined && ` ${t("exchanges.total", { total: honest.total })}`}`;
}

function Sentences({ title, list, kind = "" }) {
  if (!list?.length) return null;
  return html`<h4>${title}</h4><ul class=${kind}>${list.map((text, n) => html`<li key=${n}><${LongText} text=${text} /></li>`)}</ul>`;
}

function Near({ misses }) {
  return html`<h4>${t("exchanges.nearMisses")}</h4><div class="scroll" role="region" tabindex="0" aria-label=${t("exchanges.nearMisses")}><table class="list">
    <thead><tr>${["rule", "where", "expected", "found"].map((name) => html`<th scope="col" key=${name}>${t(`exchanges.near.${name}`)}</th>`)}</tr></thead>
    <tbody>${misses.flatMap(({ rule, differences }) => differences.map((text, n) => html`<tr key=${`${rule} ${n}`}>
      <th scope="row"><bdi>${rule}</bdi></th>${parts(text).map((part, m) => html`<td key=${m} colspan=${part.wide ? 3 : null}><${LongText} text=${part.text} /></td>`)}</tr>`))}</tbody></table></div>`;
}

/** Take "request.userMobile: expected "1", found "2"" apart; what reads otherwise stays whole. */
function parts(text) {
  const found = /^([^:]{1,80}): expected (.*), found (.*)$/s.exec(text);
  return found ? found.slice(1).map((part) => ({ text: part })) : [{ text, wide: true }];
}
