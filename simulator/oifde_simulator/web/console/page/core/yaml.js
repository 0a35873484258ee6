// Writes JSON values as the plain YAML that scenario files are read from.

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const WORDS = /^(true|false|null|yes|no|on|off|y|n|inf|nan)$/i;
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;
const WIDTH = 80;

/** Write `value` in block style, nested values indented by two; the last line has no end. */
export function toYaml(value) {
  return lines(value).join("\n");
}

/** Write a scalar; a text that any reader could take for something else is put in quotes. */
export function scalar(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !WORDS.test(value) ? value : quoted(value);
}

function quoted(text) {
  return JSON.stringify(text).replace(UNPRINTABLE, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

function lines(value) {
  const short = flow(value);
  if (short !== null) return [short];
  return Array.isArray(value) ? value.flatMap(item) : Object.entries(value).flatMap(member);
}

function item(value) {
  const [first, ...rest] = lines(value);
  return ["- " + first, ...indented(rest)];
}

function member([name, value]) {
  const short = flow(value) ?? small(value);
  return short === null ? [scalar(name) + ":", ...indented(lines(value))] : [`${scalar(name)}: ${short}`];
}

const indented = (all) => all.map((line) => "  " + line);

/** Write what fits one line anyway: scalars and what is empty. */
function flow(value) {
  if (value === null || typeof value !== "object") return scalar(value);
  return Object.keys(value).length ? null : Array.isArray(value) ? "[]" : "{}";
}

/** Write a small value in one line, as people write a `match`. */
function small(value) {
  const text = inline(value);
  return text.length > WIDTH ? null : text;
}

function inline(value) {
  if (flow(value) !== null) return flow(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  return `{${Object.entries(value).map(([name, each]) => `${scalar(name)}: ${inline(each)}`).join(", ")}}`;
}
