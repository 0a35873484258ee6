// Writes a rule that makes such a request meet the same again.
import { local } from "../../../core/time.js";
import { toYaml } from "../../../core/yaml.js";

const FIELDS = ["userMobile", "callId", "ctiCallId", "pageNum", "pageSize", "beginTime", "endTime", "locationId", "fileName"];
const EFFECTS = ["also", "respond", "patch", "rows", "recording", "token", "faults", "headers", "one_of"];
const ENDPOINTS = ["queryRecordHistory", "gettoken", "downloadOiapRecord"];
const LARGEST = 16384;
const DEFAULT = { respond: { status: 503 } };

/** Make the rule: what the one that fired does, else what was seen; `{rule, note}` with what is to be known of it. */
export function ruleOf(entry, bodies, definition) {
  const found = definition && effect(definition, entry);
  const seen = found ? { does: found, note: "asRuleFired" } : inferred(entry, bodies);
  return { rule: { name: name(entry), ...match(entry), ...seen.does }, note: seen.note };
}

const name = ({ rule, number }) => rule ?? `like-${number}`;

/** Name the request by its endpoint and by the interface's own fields; credentials are not on record. */
function match({ endpoint, request }) {
  const given = request.fields ?? {};
  const fields = FIELDS.filter((field) => typeof given[field] === "string" && given[field] !== "" && !given[field].includes("redacted:"));
  const wanted = {
    ...(ENDPOINTS.includes(endpoint) && { endpoint }),
    ...(fields.length && { request: Object.fromEntries(fields.map((field) => [field, given[field]])) }),
  };
  return Object.keys(wanted).length ? { match: wanted } : {};
}

/** Take what the rule does, without when: it shall be the turn of this request each time. */
function effect(definition, entry) {
  const does = Object.fromEntries(EFFECTS.filter((key) => key in definition).map((key) => [key, definition[key]]));
  if (!does.one_of) return does;
  const drawn = does.one_of.find((each) => likely(each, entry));
  if (!drawn) return null;
  const { weight, ...rest } = drawn;
  return does.also ? { also: true, ...rest } : rest;
}

/** Judge whether an outcome of `one_of` is the one that was drawn, by its faults and its status. */
function likely({ weight, respond, faults = [], ...rest }, entry) {
  const names = faults.map((each) => (typeof each === "string" ? each : Object.keys(each)[0]));
  if (!respond && !faults.length && Object.keys(rest).length === 0) return false;
  const status = respond?.status ?? (respond ? undefined : entry.honest.status);
  const fits = entry.rules?.length > 1 ? names.every((name) => entry.faults.includes(name)) : String(names) === String(entry.faults);
  return fits && (status === undefined ? entry.errorCode !== entry.honest.errorCode : status === entry.status);
}

/** Read the effect off what was sent. */
function inferred(entry, bodies) {
  if (!entry.rule) return { does: DEFAULT, note: "asRuleSkeleton" };
  const does = { ...answer(entry, bodies), ...(entry.faults.length && { faults: entry.faults.map((fault) => setting(fault, entry)) }) };
  return Object.keys(does).length ? { does, note: "asRuleSeen" } : { does: DEFAULT, note: "asRuleUnknown" };
}

function answer({ status, honest, response }, bodies) {
  const sent = bodies?.whole ? bodies.sent : response.cut ? null : response;
  const changes = bodies?.whole ? bodies.changes : [];
  if (sent === null || (sent.text ?? "").length > LARGEST) return status === honest.status ? {} : { respond: { status } };
  if (status === honest.status && changes.length && !changes.some(({ path }) => path === "")) return { patch: literal(changes.map(operation)) };
  if (bodies?.whole && sent.text === bodies.honest.text && status === bodies.honest.status) return headers(bodies);
  return { respond: literal(respond(status, sent)) };
}

/** Write braces that were sent so that they are sent again: in a rule, two of them begin a placeholder. */
function literal(value) {
  if (typeof value === "string") return value.replaceAll("{{", '{{ "{{" }}');
  if (Array.isArray(value)) return value.map(literal);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, literal(each)]));
}

/** List the headers that were sent otherwise than an unbroken service does; null takes one away. */
function headers({ sent, honest }) {
  const [before, after] = [honest, sent].map((each) => new Map((each.headers ?? []).map((header) => [header[0].toLowerCase(), header])));
  after.delete("x-simulator-rule");
  const changed = [...after.values()].filter(([name, value]) => String(before.get(name.toLowerCase())) !== String([name, value]));
  const gone = [...before].filter(([name]) => !after.has(name)).map(([, [name]]) => [name, null]);
  return changed.length + gone.length ? { headers: Object.fromEntries([...changed, ...gone]) } : {};
}

function operation(change) {
  if (!("sent" in change)) return { op: "remove", path: change.path };
  return { op: "honest" in change ? "replace" : "add", path: change.path, value: change.sent };
}

function respond(status, { text, headers }) {
  if (!text) return { status };
  try {
    return { status, json: JSON.parse(text) };
  } catch {
    const type = (headers ?? []).find(([header]) => /^content-type$/i.test(header))?.[1];
    return { status, ...(type && { headers: { "Content-Type": type } }), body: text };
  }
}

/** Settings of faults are not on record, but a delay can be read off the timeline. */
function setting(fault, { script }) {
  const wait = fault === "latency" && script?.find((step) => step.do === "send")?.at;
  return fault === "latency" ? { latency: `${Math.round((wait || 0.8) * 1000)}ms` } : fault;
}

const NOTES = {
  asRuleFired: "what rule {rule} did to exchange {number}, at each such request",
  asRuleSeen: "as exchange {number} looked; settings of its faults are not on record",
  asRuleUnknown: "exchange {number} does not tell what rule {rule} did: choose what shall go wrong",
  asRuleSkeleton: "meets requests such as exchange {number}, which was honest: choose what shall go wrong",
};

/** Write the rule as an item of a scenario's `rules`. */
export function ruleYaml({ rule, note }, { number, at, rule: fired }) {
  const comment = NOTES[note].replace("{number}", `${number} of ${local(at).slice(0, 19)}`).replace("{rule}", fired);
  return `# ${comment.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, "?")}\n${toYaml([rule])}\n`;
}
