// Asks the control plane. Every failure is an ApiError, whose `sentence` can stand on the page.
import { address } from "./base.js";
import { refuse, suspect } from "./server.js";
import { t } from "./text.js";
import { token } from "./token.js";

export class ApiError extends Error {
  constructor({ status = 0, type = "", detail = "", errors = [] }) {
    super(detail);
    Object.assign(this, { status, type, detail, errors, sentence: detail });
  }
}

export const get = (path, query, options) => ask("GET", path, { query, ...options }).then(json);
export const text = (path, query, options) => ask("GET", path, { query, ...options }).then((answer) => answer.text());
export const blob = (path, query, options) => ask("GET", path, { query, ...options }).then((answer) => answer.blob());

/** Send `body` as JSON; without one, nothing is sent. */
export const send = (method, path, body, query) => ask(method, path, { body, query }).then(json);

/** Ask, and give the answer once its head is there. Raises ApiError. */
export async function ask(method, path, { query, body, signal, headers = {} } = {}) {
  const used = token();
  const sent = { ...headers, ...(used && { Authorization: `Bearer ${used}` }) };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const payload = body === undefined ? undefined : JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(address(path, query), { method, signal, headers: sent, body: payload, cache: "no-store" });
  } catch (error) {
    throw unreachable(error, signal);
  }
  if (!answer.ok) throw await refusal(answer, used);
  return answer;
}

async function json(answer) {
  const found = await answer.text().catch((error) => { throw unreachable(error); });
  try {
    return found ? JSON.parse(found) : null;
  } catch {
    throw new ApiError({ status: answer.status, detail: t("common.notJson", { url: answer.url }) });
  }
}

export function unreachable(error, signal) {
  if (!signal?.aborted) suspect();
  return new ApiError({ type: error.name, detail: t("common.unreachable") });
}

async function refusal(answer, used) {
  if (answer.status === 401) refuse(used);
  const problem = await answer.json().catch(() => ({}));
  const detail = problem.detail || t("common.status", { status: answer.status, text: answer.statusText });
  return new ApiError({ ...problem, status: answer.status, detail });
}
