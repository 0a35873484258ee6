// Shows what a tenant that was made is asked with, ready to paste.
import { html } from "../core/html.js";
import { t } from "../core/text.js";
import { CopyButton } from "./copy_button.js";

/** Numbers to ask bundled scenarios for; every other one has sessions of this number. */
const NUMBERS = { tenant001: "180****9999", paging: "18000000250", "recording-names": "18000000004" };
const USUAL = "18000000001";

/** Show credentials as POST /tenants answers them, each with a button, and a line for the shell. */
export function Credentials({ made, scenario }) {
  const { tenantId, appSecret, authToken, accessKey, url } = made;
  const rows = { url, tenantId, appKey: tenantId, appSecret, authToken, accessKey };
  return html`<section class="credentials" aria-label=${t("tenants.credentials")}>
    <dl class="facts">${Object.entries(rows).map(([name, value]) => html`
      <dt key=${name}>${name}</dt>
      <dd><code><bdi>${value}</bdi></code> <${CopyButton} text=${value} label=${t("parts.copyOf", { name })} /></dd>`)}
    </dl>
    <${Command} text=${curl(made, NUMBERS[scenario] ?? USUAL)} />
  </section>`;
}

function Command({ text }) {
  return html`<pre tabindex="0" aria-label=${t("tenants.curl")}><code>${text}</code></pre>
    <${CopyButton} text=${text} label=${t("tenants.copyCurl")} />`;
}

/** Write the command that asks for a user's sessions with these credentials. */
export function curl({ tenantId, authToken, url }, userMobile) {
  const control = new URL(".", location.href);
  const trusted = url.startsWith("https:");
  const body = JSON.stringify({ tenantId, authToken, userMobile });
  return [
    ...(trusted ? [`curl -s ${word(new URL("ca.pem", control).href)} -o oifde-ca.pem &&`] : []),
    `curl ${trusted ? "--cacert oifde-ca.pem " : ""}${word(url + "/oifde/rest/api/queryRecordHistory")}`,
    "-H 'Content-Type: application/json; charset=UTF-8'",
    `-d ${word(body)}`,
  ].join(" ");
}

/** Quote a word for a POSIX shell. */
export function word(text) {
  return /^[\w:/.@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
