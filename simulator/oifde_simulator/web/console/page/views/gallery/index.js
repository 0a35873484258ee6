// The gallery: all ways to fail, by symptom, or one of them with all that is known of it.
import { Failure, go, href, html, t } from "../kit.js";
import { useGallery } from "../tenants/gallery_select.js";
import { Scenario } from "./scenario.js";

export function Gallery({ path, query }) {
  const [name] = path;
  return name ? html`<${Scenario} key=${name} name=${name} />` : html`<${All} words=${query.get("text") ?? ""} />`;
}

function All({ words }) {
  const { data, error } = useGallery();
  const groups = data ? found(data, words) : [];
  const count = groups.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
  return html`<h1>${t("gallery.title")}</h1>
    <p class="lead">${t("gallery.lead")}</p>
    <div class="toolbar"><input type="search" data-filter aria-label=${t("gallery.filter")} placeholder=${t("gallery.filter")} value=${words}
      onInput=${({ target }) => go("gallery", [], { text: target.value })} />
      ${data && html`<span role="status">${t("gallery.count", { count })}</span>`}</div>
    <${Failure} error=${error} />
    ${!data && !error && html`<p role="status">${t("parts.loading")}</p>`}
    ${groups.map((group) => html`<${Group} key=${group.symptom} ...${group} />`)}`;
}

function Group({ symptom, scenarios }) {
  return html`<section><h2>${symptom}</h2><ul class="cards">${scenarios.map(({ name, sees }) => html`
    <li key=${name}><a href=${href("gallery", [name])} data-open><strong>${name}</strong> <span dir="auto">${sees}</span></a></li>`)}</ul></section>`;
}

/** Keep the scenarios in which each word is found: in name, symptom or description. */
function found({ symptoms, scenarios }, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const named = new Map(scenarios.map((each) => [each.name, each]));
  const fits = (each) => wanted.every((word) => `${each.name} ${each.symptom} ${each.description}`.toLowerCase().includes(word));
  return symptoms.map(({ symptom, scenarios: names }) => ({ symptom, scenarios: names.map((name) => named.get(name)).filter(fits) }))
    .filter(({ scenarios: left }) => left.length);
}
