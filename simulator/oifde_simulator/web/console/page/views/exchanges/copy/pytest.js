// Writes a test for pytest, with the plugin's fixture, in which a client meets the same.
const WAYS = {
  queryRecordHistory: "/oifde/rest/api/queryRecordHistory",
  gettoken: "/oifde/rest/api/gettoken",
};
const CREDENTIALS = {
  queryRecordHistory: "**simulator.credentials",
  gettoken: '"appKey": simulator.app_key, "appSecret": simulator.app_secret',
};
const MADE = new Set(["tenantId", "authToken", "appKey", "appSecret"]);

/** Write the test. The call stands for that of the client that is tested. */
export function pytest(entry, { rule }) {
  const broken = entry.rule && !["complete", "under way"].includes(entry.outcome.how);
  return [
    ...(broken ? ["import pytest"] : []),
    "import requests", "", "",
    `def test_${identifier(rule.name)}(simulator):`,
    ...(entry.rule ? [`    simulator.use(rules=[${python(rule, 4)}])`] : []),
    ...(broken ? ["    with pytest.raises(requests.RequestException):", ...call(entry, "        ")] : [...call(entry, "    ", "answer = "), ...checks(entry)]),
    `    simulator.verify(${expected(entry)})`, "",
  ].join("\n");
}

/** Write the call, whose place the call of the tested client takes. */
function call(entry, indent, lead = "") {
  const { method, target } = entry.request;
  const known = WAYS[entry.endpoint];
  const inner = known
    ? [`simulator.url + "${known}",`, `json={${[CREDENTIALS[entry.endpoint], ...fields(entry)].join(", ")}},`]
    : [`${python(method ?? "GET")},`, `simulator.url + ${python(target ?? "/")},`];
  return [
    `${indent}${lead}requests.${known ? "post" : "request"}(  # your client's call`,
    ...inner.map((line) => `${indent}    ${line}`),
    `${indent}    verify=simulator.ca_file or True,`, `${indent}    timeout=10,`, `${indent})`,
  ];
}

const fields = ({ request }) => Object.entries(request.fields ?? {}).filter(([name]) => !MADE.has(name)).map(([name, value]) => `${python(name)}: ${python(value)}`);

function checks({ status, errorCode, faults }) {
  const readable = errorCode !== null && !faults.length;
  return [`    assert answer.status_code == ${status ?? 200}`, ...(readable ? [`    assert answer.json()["errorCode"] == ${errorCode}`] : [])];
}

function expected({ status, endpoint, rule }) {
  return ["count=1", ...(WAYS[endpoint] ? [`endpoint="${endpoint}"`] : []), `status=${status ?? 200}`, ...(rule ? [`rule=${python(rule)}`] : [])].join(", ");
}

const identifier = (name) => name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase() || "exchange";

/** Write JSON as Python; JSON's texts are Python's too. */
export function python(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((each) => python(each)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const kept = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${kept.map(([name, each]) => `${JSON.stringify(name)}: ${python(each)}`).join(", ")}}`;
}
