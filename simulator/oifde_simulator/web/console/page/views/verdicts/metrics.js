// Reads the text that Prometheus scrapes, as far as the page shows it.

const LINE = /^([a-z_]+)(?:\{(.*)\})? ([-+.eE0-9]+|[-+]?Inf|NaN)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** Read samples: `[{name, labels, value}]`. */
export function parse(text) {
  return text.split("\n").map((line) => LINE.exec(line)).filter(Boolean).map(([, name, labels, value]) => (
    { name, labels: labelsOf(labels ?? ""), value: number(value) }
  ));
}

function labelsOf(text) {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name, unescaped(value)]));
}

const unescaped = (value) => value.replace(/\\(.)/g, (_, c) => (c === "n" ? "\n" : c));
const number = (text) => Number(text.replace("Inf", "Infinity"));

/** Sum the samples of a name. */
export function total(samples, name) {
  return samples.reduce((sum, each) => (each.name === name ? sum + each.value : sum), 0);
}

/** Group the requests by what was sent, the most frequent first. */
export function outcomes(samples) {
  const groups = new Map();
  for (const { name, labels, value } of samples) {
    if (name !== "oifde_requests_total") continue;
    const { endpoint, status, error_code: errorCode, rule, fault } = labels;
    const key = JSON.stringify([endpoint, status, errorCode, rule, fault]);
    const group = groups.get(key) ?? { key, endpoint, status, errorCode, rule, fault, count: 0 };
    groups.set(key, { ...group, count: group.count + value });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Find the upper bound, in seconds, within which `share` of the decisions were made; null without any. */
export function quantile(samples, share) {
  const buckets = samples.filter(({ name }) => name === "oifde_decision_seconds_bucket");
  const all = total(samples, "oifde_decision_seconds_count");
  if (!all) return null;
  const found = buckets.map(({ labels, value }) => ({ le: number(labels.le), value }))
    .sort((a, b) => a.le - b.le).find(({ value }) => value >= share * all);
  return found ? found.le : Infinity;
}
