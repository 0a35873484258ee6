// Lists a tenant's rules in the order in which they are asked, with a countdown where the server holds one.
import { Failure, href, html, ListTable, send, t, useAct, useEffect, useState } from "../kit.js";
import { countdown } from "./rule.js";

export function Rules({ rules, base, onChange }) {
  const [{ error }, remove] = useAct((name) => send("DELETE", `${base}/rules/${encodeURIComponent(name)}`).finally(onChange));
  return html`<section><h2>${t("tenants.rules")}</h2>
    <${Failure} error=${error} />
    ${rules.length
      ? html`<${ListTable} label=${t("tenants.rules")} columns=${["rule", "fired", "left", "remove"].map((name) => t(`tenants.${name}`))}>
          ${rules.map((rule) => html`<${Rule} key=${rule.name} rule=${rule} remove=${() => remove(rule.name)} />`)}<//>`
      : html`<p>${t("tenants.noRules")}</p>`}
  </section>`;
}

function Rule({ rule, remove }) {
  const { name, fired, added } = rule;
  return html`<tr>
    <th scope="row"><a href=${href("exchanges", [], { rule: name })}><bdi>${name}</bdi></a>
      ${added && html` <span class="tag">${t("tenants.added")}</span>`}</th>
    <td class="number">${fired}</td>
    <td><${Left} seconds=${rule.ttlSeconds ?? rule.ttl} /></td>
    <td><button type="button" aria-label=${t("tenants.removeRule", { name })} onClick=${remove}>${t("tenants.remove")}</button></td>
  </tr>`;
}

/** Count down from what the server said last. */
function Left({ seconds }) {
  const [now, tick] = useState(() => performance.now());
  const [end, setEnd] = useState(null);
  const counts = seconds !== null && seconds !== undefined;
  useEffect(() => {
    if (!counts) return undefined;
    setEnd(performance.now() + seconds * 1000);
    tick(performance.now());
    const timer = setInterval(() => tick(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  if (!counts) return html`<span>${t("tenants.stays")}</span>`;
  return html`<span class="countdown" role="timer">${countdown(end === null ? seconds : (end - now) / 1000)}</span>`;
}
