// The bearer token: kept for this tab, and taken once from the fragment, which never reaches a server.
import { base } from "./base.js";

const KEY = `oifde-simulator.token ${base.pathname}`;
let kept = "";

export function token() {
  try {
    return sessionStorage.getItem(KEY) ?? kept;
  } catch {
    return kept; // a browser that keeps nothing for this page
  }
}

export function keepToken(value) {
  kept = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    return;
  }
}

/** Take `#token=...` out of the address; the rest of the fragment, after an `&`, stays. */
export function takeToken() {
  const found = /^#token=([^&]*)&?(.*)$/s.exec(location.hash);
  if (!found) return;
  keepToken(decoded(found[1]));
  history.replaceState(null, "", `${location.pathname}${location.search}#${found[2] || "/"}`);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
