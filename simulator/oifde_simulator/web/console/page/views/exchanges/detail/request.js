// The request as it came, credentials as fingerprints.
import { html } from "../../../core/html.js";
import { t } from "../../../core/text.js";
import { size } from "../../../core/time.js";
import { LongText } from "../../../parts/long_text.js";

export function Request({ entry }) {
  const { method, target, headers, fields, text, bytes, client, connection, clientCertificate } = entry.request;
  const names = Object.entries(fields ?? {});
  return html`<section><h3>${t("exchanges.request")}</h3>
    <p class="line"><strong>${method ?? t("exchanges.notHttp")}</strong> <code><${LongText} text=${target ?? ""} /></code> <span class="tag">${size(bytes)}</span></p>
    ${client && connection && html`<p class="hint">${t("exchanges.sender", { client, ...connection })}</p>`}
    ${clientCertificate && html`<p class="hint"><bdi>${t("exchanges.certificate", { subject: clientCertificate.subject })}</bdi></p>`}
    ${names.length > 0 && html`<dl class="facts">${names.map(([name, value]) => html`
      <dt key=${name}><bdi>${name.slice(0, 200)}</bdi></dt><dd><${LongText} text=${typeof value === "string" ? value : JSON.stringify(value)} /></dd>`)}</dl>`}
    ${text && html`<${LongText} text=${text} block />`}
    ${!names.length && !text && html`<p class="hint">${t("exchanges.noBody")}</p>`}
    <${Headers} list=${headers} /></section>`;
}

export function Headers({ list, others }) {
  const known = new Set((others ?? list).map(String));
  return html`<details class="headers"><summary>${t("exchanges.headers", { count: list.length })}</summary><dl class="facts">${list.map(([name, value], n) => html`
    <dt key=${n}>${name}</dt><dd class=${known.has(String([name, value])) ? "" : "changed"}><${LongText} text=${value} /></dd>`)}</dl></details>`;
}
