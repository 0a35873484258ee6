// Shows a tenant as a row; what the list does not tell is asked for once the row is on the page.
import { get, html, short, t, Time, useLoad } from "../kit.js";

export function Row({ tenant, link }) {
  const { data, error } = useLoad((signal) => get(`tenants/${encodeURIComponent(tenant.id)}`, {}, { signal }), [tenant.id]);
  const [what] = tenant.description.split("\n");
  return html`<tr>
    <th scope="row"><a href=${link} data-open><bdi>${tenant.id}</bdi></a>
      ${tenant.made && html` <span class="tag">${t("tenants.made")}</span>`}
      <small dir="auto">${short(what, 200)}</small></th>
    ${error ? html`<td colspan="4">${gone(error)}</td>` : html`<${Cells} tenant=${data} />`}
  </tr>`;
}

function Cells({ tenant }) {
  if (!tenant) return html`<td colspan="4">…</td>`;
  const { scenario, clock, rules, zone } = tenant;
  const added = rules.filter((rule) => rule.added).length;
  const fired = rules.reduce((sum, rule) => sum + rule.fired, 0);
  return html`<td><bdi>${scenario}</bdi></td>
    <td><${Time} at=${clock.now} zone=${zone} /> ${clock.frozen && html`<span class="tag">${t("tenants.frozen")}</span>`} ${clock.speed !== 1 && html`<span class="tag">× ${clock.speed}</span>`}</td>
    <td class="number">${rules.length}${added > 0 && html` <span class="tag">${t("tenants.addedCount", { added })}</span>`}</td>
    <td class="number">${fired}</td>`;
}

const gone = (error) => (error.status === 404 ? t("tenants.goneShort") : error.sentence);
