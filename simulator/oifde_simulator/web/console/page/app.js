// Boots the page: language, token, server; then shows the view that the fragment names.
import { html, render, useEffect, useState } from "./core/html.js";
import { listen } from "./core/keys.js";
import { href, useRoute } from "./core/route.js";
import { checkServer, useServer } from "./core/server.js";
import { chooseLanguage, language, LANGUAGES, loadTexts, t } from "./core/text.js";
import { takeToken } from "./core/token.js";
import { Notice } from "./parts/notice.js";
import { Help } from "./shell/help.js";
import { Notices } from "./shell/notices.js";
import { TokenForm } from "./shell/token_form.js";
import { Exchanges } from "./views/exchanges/index.js";
import { Gallery } from "./views/gallery/index.js";
import { Sessions } from "./views/sessions/index.js";
import { Tenants } from "./views/tenants/index.js";
import { Verdicts } from "./views/verdicts/index.js";

const VIEWS = { exchanges: Exchanges, tenants: Tenants, sessions: Sessions, gallery: Gallery, verdicts: Verdicts };

function App() {
  const route = useRoute();
  const server = useServer();
  const [help, setHelp] = useState(false);
  const known = Object.hasOwn(VIEWS, route.view);
  useEffect(() => listen(() => setHelp(true)), []);
  useEffect(() => { document.title = `${known ? t(`common.view.${route.view}`) : "404"} · oifde-simulator`; }, [route.view]);
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t("common.skip")}</a>
    <${Header} view=${route.view} server=${server} onHelp=${() => setHelp(true)} />
    <${Notices} server=${server} />
    <main id="main" tabindex="-1" class=${route.view}>${server.wantsToken
      ? html`<${TokenForm} key=${server.sessions} wrong=${server.wrongToken} />`
      : known
        ? html`<${VIEWS[route.view]} key=${`${route.view} ${server.sessions}`} path=${route.path} query=${route.query} />`
        : html`<h1>404</h1><${Notice} kind="error" text=${t("common.noView")} />`}</main>
    ${help && html`<${Help} onClose=${() => setHelp(false)} />`}`;
}

/** The fragment is the view's address, so the link to the content moves the focus itself. */
function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function Header({ view, server, onHelp }) {
  const state = server.up === null ? "connecting" : server.up ? "up" : "down";
  return html`<header class="top">
    <a class="brand" href=${href("exchanges")}><img src="console/icon.svg" alt="" width="20" height="20" /> oifde-simulator</a>
    <nav aria-label=${t("common.views")}>${Object.keys(VIEWS).map((name) => html`
      <a key=${name} href=${href(name)} aria-current=${name === view ? "page" : null}>${t(`common.view.${name}`)}</a>`)}</nav>
    <span class=${`state ${state}`} role="status">${t(`common.state.${state}`)}</span>
    <select class="quiet" aria-label=${t("common.language")} value=${language()} onChange=${({ target }) => chooseLanguage(target.value)}>
      ${Object.entries(LANGUAGES).map(([code, name]) => html`<option key=${code} value=${code} lang=${code}>${name}</option>`)}</select>
    <button type="button" class="quiet" aria-label=${t("common.help")} title=${t("common.help")} onClick=${onHelp}>?</button></header>`;
}

addEventListener("hashchange", takeToken);
takeToken();
checkServer();
await loadTexts();
render(html`<${App} />`, document.getElementById("app"));
