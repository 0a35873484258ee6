// Asks for the token once, where the server wants one; it is kept for this tab.
import { html, useEffect, useRef, useState } from "../core/html.js";
import { giveToken } from "../core/server.js";
import { t } from "../core/text.js";
import { Field } from "../parts/field.js";
import { Notice } from "../parts/notice.js";

export function TokenForm({ wrong }) {
  const [value, setValue] = useState("");
  const input = useRef(null);
  useEffect(() => input.current.focus(), []);
  const give = (event) => { event.preventDefault(); if (value.trim()) giveToken(value.trim()); };
  return html`<form class="token" onSubmit=${give}>
    <h1>${t("common.tokenTitle")}</h1>
    ${wrong && html`<${Notice} kind="error" text=${t("common.tokenWrong")} />`}
    <p>${t("common.tokenText")}</p>
    <${Field} label=${t("common.token")} hint=${t("common.tokenKept")}>
      <input ref=${input} type="password" name="token" autocomplete="off" required value=${value} onInput=${({ target }) => setValue(target.value)} /><//>
    <p><button class="primary">${t("common.tokenGive")}</button></p></form>`;
}
