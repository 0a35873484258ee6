// Writes an exchange's request as a command. Credentials are not on record, so a placeholder stands in their place.
import { address } from "../../../core/base.js";
import { word } from "../../../parts/credentials.js";

const MADE = /^(host|content-length|transfer-encoding|connection|accept-encoding|user-agent|expect)$/i;
const REDACTED = /redacted:[0-9a-f]+/g;

/** Write the command; `listener` says where the vendor's port is. */
export function curl(entry, listener) {
  const { method, target, headers } = entry.request;
  const url = listener.url + (target ?? "/");
  const body = payload(entry.request);
  const secure = url.startsWith("https:");
  const sent = headers.filter(([name, value]) => !MADE.test(name) && !(/^accept$/i.test(name) && value === "*/*"));
  return [
    ...(secure ? [`curl -s ${word(address("ca.pem").href)} -o oifde-ca.pem &&`] : []),
    `curl -i ${secure ? "--cacert oifde-ca.pem " : ""}${shell(placed(url))}`,
    ...(body === null && method && method !== "GET" || body !== null && method !== "POST" ? [`-X ${shell(method ?? "GET")}`] : []),
    ...sent.map(([name, value]) => `-H ${shell(placed(`${name}: ${value}`, name))}`),
    ...(body === null ? [] : [`--data-raw ${shell(body)}`]),
  ].join(" \\\n  ").replace("&& \\\n  curl", "&&\ncurl");
}

/** Quote a word; control characters need a form that bash, zsh and ksh read. */
function shell(text) {
  // eslint-disable-next-line no-control-regex
  if (!/[\0-\x1f\x7f]/.test(text)) return word(text);
  return `$'${text.replace(/['\\]/g, "\\$&").replace(/[\0-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)}'`;
}

/** Write the body: the fields as JSON, or the text as it is on record. */
export function payload({ fields, text }) {
  if (fields && Object.keys(fields).length) return JSON.stringify(placeheld(fields));
  return text ? placed(text) : null;
}

function placeheld(value, name = "token") {
  if (typeof value === "string") return placed(value, name);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each) => placeheld(each, name));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, placeheld(each, key)]));
}

/** Put the name of what is missing in the place of a fingerprint: <authToken>. */
export function placed(text, name = "token") {
  return text.replace(REDACTED, `<${name}>`);
}
