// What is known of the server: whether it answers, which version and which start of it this is.
import { address } from "./base.js";
import { keepToken, token } from "./token.js";
import { useEffect, useState } from "./html.js";

const CALM = 10;
const LONGEST = 15;
const PATIENCE = 8000;
const page = document.querySelector("meta[name=console-version]")?.content ?? "";

let state = { up: null, wait: 0, instance: null, restarts: 0, outdated: false, wantsToken: false, wrongToken: false, sessions: 0 };
let timer = 0;
let failures = 0;
let asking = null;
const listeners = new Set();

function change(next) {
  state = { ...state, ...next };
  for (const listener of [...listeners]) listener(state);
}

export const serverState = () => state;

export function onServer(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useServer() {
  const [seen, see] = useState(state);
  useEffect(() => { see(state); return onServer(see); }, []);
  return seen;
}

/** Ask /console.json at once, and then now and again; sooner, with growing pauses, while there is no answer. */
export function checkServer() {
  clearTimeout(timer);
  return (asking ??= ask().finally(() => { asking = null; }));
}

async function ask() {
  const info = await fetch(address("console.json"), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })
    .then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  if (info === null) gone();
  else there(info);
}

function gone() {
  failures += 1;
  const wait = Math.min(LONGEST, 2 ** (failures - 1));
  change({ up: false, wait });
  later(wait);
}

function there({ version, token: wanted, instance }) {
  failures = 0;
  const restarted = Boolean(state.instance && instance && instance !== state.instance);
  change({
    up: true, wait: 0, instance: instance ?? state.instance, restarts: state.restarts + (restarted ? 1 : 0),
    outdated: Boolean(page && version && page !== version), wantsToken: Boolean(wanted && !token()) || state.wrongToken,
  });
  later(CALM);
}

function later(seconds) {
  timer = setTimeout(() => (document.hidden && state.up ? later(CALM) : checkServer()), seconds * 1000);
}

/** Look after the server, since a call has failed. */
export function suspect() {
  if (state.up !== false) checkServer();
}

/** Ask for a token, since `used` was refused; a late answer to one that was replaced is none. */
export function refuse(used) {
  if (used === token()) change({ wantsToken: true, wrongToken: Boolean(used) });
}

/** Take a token that was typed in; views ask for their data again. */
export function giveToken(value) {
  keepToken(value);
  change({ wantsToken: false, wrongToken: false, sessions: state.sessions + 1 });
}

/** Wait until the server answers. */
export function untilUp(signal) {
  return new Promise((resolve) => {
    const done = () => { stop(); signal?.removeEventListener("abort", done); resolve(); };
    const stop = onServer(({ up }) => up && done());
    signal?.addEventListener("abort", done);
    if (state.up || signal?.aborted) done();
  });
}

/** Wait until the server answers again, after a call to it has failed; not sooner than in a second. */
export async function untilBack(signal) {
  await checkServer();
  await untilUp(signal);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}

addEventListener("online", checkServer);
document.addEventListener("visibilitychange", () => document.hidden || (state.up === false && checkServer()));
