// What the whole page has to say: no answer, another start of the server, a newer page.
import { html, useEffect, useState } from "../core/html.js";
import { checkServer } from "../core/server.js";
import { t } from "../core/text.js";
import { Notice } from "../parts/notice.js";

export function Notices({ server }) {
  const [seen, see] = useState(0);
  return html`<div class="notices">
    ${server.up === false && html`<${Gone} key="gone" wait=${server.wait} />`}
    ${server.outdated && html`<${Notice} kind="warning" text=${t("common.outdated")}>
      <button type="button" onClick=${() => location.reload()}>${t("common.reload")}</button><//>`}
    ${server.up && server.restarts > seen && html`<${Notice} kind="info" text=${t("common.restarted")}>
      <button type="button" onClick=${() => see(server.restarts)}>${t("common.dismiss")}</button><//>`}</div>`;
}

function Gone({ wait }) {
  const [left, setLeft] = useState(wait);
  useEffect(() => {
    setLeft(wait);
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [wait]);
  return html`<div class="notice error"><span class="sign" aria-hidden="true">✕</span>
    <span role="alert">${t("common.gone")}</span> <span class="quiet">${t("common.retry", { seconds: left })}</span>
    <button type="button" onClick=${checkServer}>${t("common.retryNow")}</button></div>`;
}
