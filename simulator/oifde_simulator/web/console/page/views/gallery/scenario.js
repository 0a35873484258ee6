// One scenario of the gallery: what happens, what a good client does, its YAML, a tenant of one's own.
import { CopyButton, Failure, get, href, html, LongText, Notice, send, t, useAct, useLoad } from "../kit.js";
import { useGallery } from "../tenants/gallery_select.js";
import { Made } from "../tenants/make.js";

export function Scenario({ name }) {
  const { data, error } = useGallery();
  const known = data?.scenarios.some((each) => each.name === name);
  return html`<p class="crumbs"><a href=${href("gallery")}>${t("gallery.title")}</a></p>
    <h1><bdi>${name}</bdi></h1>
    <${Failure} error=${error} />
    ${data && !known && html`<${Notice} kind="error" text=${t("gallery.unknown", { name })} />`}
    ${known && html`<${Whole} name=${name} />`}`;
}

function Whole({ name }) {
  const { data, error } = useLoad((signal) => get(`gallery/${name}`, {}, { signal }), [name]);
  if (data) return html`<${About} ...${data} />`;
  return error ? html`<${Failure} error=${error} />` : html`<p role="status">${t("parts.loading")}</p>`;
}

function About({ name, symptom, sees, metBy, goodClient, yaml }) {
  const told = { symptom, sees, metBy, goodClient };
  return html`<dl class="facts wide">${Object.entries(told).filter(([, text]) => text).map(([key, text]) => html`
      <dt key=${key}>${t(`gallery.${key}`)}</dt><dd dir="auto">${text}</dd>`)}</dl>
    <${Make} name=${name} />
    <section><h2>${t("gallery.yaml")}</h2>
      <${LongText} block text=${yaml} />
      <${CopyButton} text=${yaml} label=${t("gallery.copyYaml")} /></section>`;
}

function Make({ name }) {
  const [state, make] = useAct(() => send("POST", "tenants", { scenario: name }));
  return html`<section><h2>${t("gallery.tryIt")}</h2>
    <p class="actions"><button type="button" class="primary" disabled=${state.busy} onClick=${make}>${t("gallery.make")}</button>
      <a href=${href("exchanges", [], { tenant: name })}>${t("gallery.exchanges", { name })}</a></p>
    <${Failure} error=${state.error} />
    ${state.done && html`<${Made} made=${state.done} scenario=${name} />`}</section>`;
}
