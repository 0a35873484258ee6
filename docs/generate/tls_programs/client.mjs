// Meet TLS with Node's fetch, as its users do: the authority to trust is that of NODE_EXTRA_CA_CERTS, which is
// read at the start of a process; a client certificate needs node:https, since fetch takes none.
// Standard input: {cases: [{name, url, ca, certificate}], body, seconds}. Standard output: {name: status or words}.
import { spawnSync } from "node:child_process";
import { readFileSync, writeSync } from "node:fs";
import { request } from "node:https";
import { fileURLToPath } from "node:url";

const HEADERS = { "Content-Type": "application/json; charset=UTF-8" };
const code = (error) => error.cause?.code ?? error.cause?.name ?? error.code;
const words = (error) => (error.name === "TimeoutError" ? error.name : `${error.name}: ${code(error) ?? error.message}`);

async function byFetch(url, body, seconds) {
  const signal = AbortSignal.timeout(seconds * 1000);
  return (await fetch(url, { method: "POST", body, headers: HEADERS, signal })).status;
}

function byHttps(url, body, seconds, shown) {
  const pem = readFileSync(shown);
  const options = { method: "POST", headers: HEADERS, key: pem, cert: pem, timeout: seconds * 1000 };
  return new Promise((resolve, reject) => {
    const call = request(url, options, (response) => resolve(response.statusCode));
    call.on("error", reject).end(body);
  });
}

if (process.argv[2]) {
  const { url, certificate, body, seconds } = JSON.parse(process.argv[2]);
  const meet = certificate ? byHttps(url, body, seconds, certificate) : byFetch(url, body, seconds);
  writeSync(1, JSON.stringify(await meet.catch(words)));
  process.exit();
}
// Now and then fetch settles nothing where the server ends a connection that was just made, and Node ends with nothing
// said: then it is asked once more.
const TRIES = 3;
function said(argument, env) {
  for (let tried = 1; ; tried += 1) {
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), argument], { env });
    if (child.stdout.length || tried === TRIES) return JSON.parse(child.stdout);
  }
}

const { cases, ...given } = JSON.parse(readFileSync(0));
const met = cases.map(({ name, ca, ...each }) => {
  const argument = JSON.stringify({ ...each, ...given });
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca };
  return [name, said(argument, env)];
});
writeSync(1, JSON.stringify(Object.fromEntries(met)));
