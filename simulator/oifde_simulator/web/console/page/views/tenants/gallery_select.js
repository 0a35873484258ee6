// Lets people choose a scenario of the gallery by its symptom.
import { Failure, Field, get, html, t, useLoad } from "../kit.js";

let kept = null;

/** Load the gallery, `{data, error}`; it is the same as long as the server runs, so it is asked for once. */
export function useGallery() {
  return useLoad(async (signal) => (kept ??= await get("gallery", {}, { signal })), []);
}

/** Select one of its scenarios; what happens there stands below. */
export function ScenarioSelect({ gallery, value, onChange, label = t("tenants.scenario") }) {
  if (!gallery.data) return html`<${Failure} error=${gallery.error} />`;
  const { symptoms, scenarios } = gallery.data;
  const chosen = scenarios.find(({ name }) => name === value);
  return html`<${Field} label=${label}>
      <select name="scenario" value=${value} onChange=${({ target }) => onChange(target.value)}>
        ${symptoms.map((each) => html`<optgroup key=${each.symptom} label=${each.symptom}>
          ${each.scenarios.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</optgroup>`)}
      </select><//>
    ${chosen && html`<p class="hint" dir="auto">${chosen.sees}</p>`}`;
}
