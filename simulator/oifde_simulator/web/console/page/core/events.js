// Follows server-sent events over fetch, since an EventSource can send no token. It resumes where it was.
import { ApiError, ask, unreachable } from "./api.js";
import { checkServer, serverState, untilUp } from "./server.js";

const SILENCE = 45000; // the server sends a comment every 15 s
const PAUSE = 3000;

/**
 * Follow until `signal` says stop. `onEvent({event, data, id})` may give a promise, which is waited for before more is
 * read; `onState` gets "open", "lost". Raises ApiError where following makes no sense, such as a wrong filter.
 */
export async function stream(path, query, { onEvent, onState = () => {}, signal, lastEventId = "" }) {
  let last = lastEventId;
  while (!signal.aborted) {
    try {
      const answer = await ask("GET", path, { query, signal, headers: last ? { "Last-Event-ID": last } : {} });
      onState("open");
      for await (const event of read(answer.body, signal)) {
        last = event.id ?? last;
        if (event.data !== null) await onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status >= 400 && error.status < 500 && error.status !== 401) throw error;
    }
    if (signal.aborted) return;
    onState("lost");
    await again(signal);
  }
}

async function again(signal) {
  await checkServer();
  await untilUp(signal);
  if (serverState().up && !signal.aborted) await pause(PAUSE / 10, signal);
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

async function* read(body, signal) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    while (true) {
      const { done, value } = await within(reader.read(), signal);
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      yield* blocks.map(parse);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Give a read up that brings nothing for too long. */
async function within(promise, signal) {
  let timer;
  const silent = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("silence")), SILENCE); });
  try {
    return await Promise.race([promise, silent]);
  } catch (error) {
    throw unreachable(error, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Read the lines of one event; `data` is null for a comment. */
export function parse(block) {
  const event = { event: "message", data: null };
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (name === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
    else if (name) event[name] = value;
  }
  return event;
}
