// Makes the body of POST /verify of the form, whose words are those of the journal's filter.

export const FIELDS = ["endpoint", "userMobile", "status", "errorCode", "rule", "spoiled", "text", "callId", "pageNum", "warnings"];
export const KINDS = ["range", "none", "tokensFetchedFirst", "pagesWalked"];
const NUMBERS = new Set(["status", "errorCode"]);

/** Make the body: `query` has the conditions, `kind`, `atLeast`, `atMost`, `tenant` and `since`. */
export function expectation(query) {
  const { kind = "range", atLeast, atMost, tenant, since, ...rest } = query;
  const match = conditions(rest);
  const body = { expect: [expected(kind, match, bound(atLeast), bound(atMost))] };
  if (tenant) body.tenant = tenant === "false" ? false : tenant;
  if (since) body.since = /^\d+$/.test(since) ? Number(since) : since;
  return body;
}

function expected(kind, match, atLeast, atMost) {
  if (kind !== "range") return { [kind]: Object.keys(match).length || kind === "none" ? match : true };
  const bounds = atLeast !== null && atLeast === atMost
    ? { count: atLeast }
    : { ...(atLeast !== null && { atLeast }), ...(atMost !== null && { atMost }) };
  return { ...(Object.keys(bounds).length ? bounds : { atLeast: 1 }), match };
}

const bound = (text) => (text === undefined || text === "" ? null : Number(text));

function conditions(query) {
  const kept = Object.entries(query).filter(([, text]) => text !== "");
  return Object.fromEntries(kept.map(([name, text]) => [name, condition(name, text)]));
}

/** Read a value as the journal's filter does: true, false and schemas, numbers where the field is one. */
function condition(name, text) {
  if (name === "text") return text;
  if (text === "true" || text === "false") return text === "true";
  if (NUMBERS.has(name.replace(/^response\./, "")) && /^-?\d+$/.test(text)) return Number(text);
  if (!text.startsWith("{")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
