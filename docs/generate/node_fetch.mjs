// Meet faults with Node's fetch. Each case has a worker, and so a connection pool, of its own.
// Standard input: {url, body, cases, seconds, pause}. Standard output: {case: [first outcome, next outcome]}.
import { once } from "node:events";
import { readFileSync, writeSync } from "node:fs";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

// Codes of a broken connection; timing decides between the two.
const LOST = ["ECONNRESET", "UND_ERR_SOCKET"];

const named = ({ name, cause }) => {
  if (!cause) return name;
  if (LOST.includes(cause.code)) return `${name} (connection lost)`;
  return `${name} (${cause.name === "Error" ? cause.code : cause.name})`;
};

async function outcome(given, name) {
  let status = "";
  try {
    const response = await fetch(given.url, {
      method: "POST",
      body: given.body,
      headers: { "Content-Type": "application/json; charset=UTF-8", "X-Case": name },
      signal: AbortSignal.timeout(given.seconds * 1000),
    });
    status = `${response.status}, then `;
    return { status: response.status, json: await response.json() };
  } catch (error) {
    return status + named(error);
  }
}

async function meet(given) {
  const first = await outcome(given, given.name);
  await new Promise((resolve) => setTimeout(resolve, given.pause * 1000));
  return [first, await outcome(given, "good")];
}

// Start all cases together, after every worker has loaded fetch.
if (isMainThread) {
  const { cases, ...given } = JSON.parse(readFileSync(0));
  const here = new URL(import.meta.url);
  const workers = cases.map((name) => new Worker(here, { workerData: { ...given, name } }));
  const said = () => Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]));
  await said();
  const outcomes = said();
  for (const worker of workers) worker.postMessage("begin");
  const met = (await outcomes).map((outcome, place) => [cases[place], outcome]);
  writeSync(1, JSON.stringify(Object.fromEntries(met)));
  process.exit();
} else {
  await fetch("data:,");
  const begin = once(parentPort, "message");
  parentPort.postMessage("ready");
  await begin;
  parentPort.postMessage(await meet(workerData));
}
