// A nightly job as an integrator writes it: the calls of one day, with their recordings, as lines of JSON.
// Standard input: {url, jobs: [{tenant, secret, users, begin, end, now, done}]}; `done` lists callIds that are
// loaded already. All jobs run at once.
// Standard output: a line for each call, whose state is "recorded", "no sound", "pending" (run again later) or the
// reason why there is no recording; then a line for each job with its end, "complete" or the reason of giving up.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const API = "/oifde/rest/api";
const DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord";
const PAGE_SIZE = 5;
const CHAT = "3";
const TOO_MUCH = "0300008";
const NO_DATA = "0300012";
const DAY = 24 * 3600 * 1000;
const PASSING = [429, 500, 502, 503, 504];
const TRIES = 7;
const RATE = 8000;
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = "123A456B789C*0#D";
const [KEY, PAUSE] = [640, 320];
const QUIETEST = 64;

const { url, jobs } = JSON.parse(readFileSync(0));

class GaveUp extends Error {}
class Passing extends GaveUp {}

// Do something again, after a growing pause, while the reason of its failure may pass.
async function persist(attempt) {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (reason) {
      if (!(reason instanceof Passing)) throw reason;
      if (tried === TRIES) throw new GaveUp(reason.message);
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** tried));
    }
  }
}

async function post(path, body, headers = {}) {
  let response, octets;
  try {
    response = await fetch(url + path, {
      method: "POST",
      headers: { "Content-Type": "application/json; charset=UTF-8", ...headers },
      body: JSON.stringify(body),
    });
    octets = Buffer.from(await response.arrayBuffer());
  } catch {
    throw new Passing("broken connection");
  }
  if (response.ok) return octets;
  throw new (PASSING.includes(response.status) ? Passing : GaveUp)(`HTTP ${response.status}`);
}

function parse(octets) {
  try {
    return JSON.parse(octets);
  } catch {
    throw new Passing("neither sound nor JSON");
  }
}

// A success may come without errorCode, which the vendor's table marks as optional.
function ask(operation, body) {
  return persist(async () => {
    const answer = parse(await post(`${API}/${operation}`, body));
    if ((answer.errorCode ?? 0) !== 0) throw new GaveUp(`errorCode ${answer.errorCode}`);
    return answer;
  });
}

async function* records(job, authToken, userMobile) {
  const body = { tenantId: job.tenant, authToken, userMobile, beginTime: job.begin, endTime: job.end };
  for (let number = 1, full = true; full; number++) {
    const page = { ...body, pageNum: `${number}`, pageSize: `${PAGE_SIZE}` };
    const { recordList } = await ask("queryRecordHistory", page);
    yield* recordList;
    full = recordList.length === PAGE_SIZE;
  }
}

// A failure is JSON under HTTP 200, and may have any length and type: sound begins as a WAV file does.
function download(job, call, { locationId, recordFileName }) {
  const body = { request: { version: "2.0" }, msgBody: { fileName: recordFileName } };
  const headers = { Authorization: `auth-v2/${job.tenant}/-/-/-` };
  return persist(async () => {
    const octets = await post(`${DOWNLOAD}?locationId=${locationId}`, body, headers);
    if (octets.toString("latin1", 0, 4) === "RIFF") return listen(octets, call);
    const { resultCode } = parse(octets);
    if (resultCode === NO_DATA && job.now - call.endTime < DAY) return { state: "pending" };
    throw new (resultCode === TOO_MUCH ? Passing : GaveUp)(`resultCode ${resultCode}`);
  });
}

// Nothing but the sound tells whether it is whole, and that of this call.
function listen(wav, call) {
  if (wav.readUInt32LE(4) + 8 !== wav.length) throw new Passing("a recording that is cut");
  const samples = Int16Array.from(data(wav), linear);
  if (samples.every((sample) => Math.abs(sample) <= QUIETEST)) throw new GaveUp("a recording that is silent");
  const milliseconds = (samples.length * 1000) / RATE;
  const digits = heard(samples);
  const expected = call.callId.slice(-8).toUpperCase().replaceAll("E", "*").replaceAll("F", "#");
  if (digits !== expected || milliseconds !== call.endTime - call.startTime)
    throw new Passing("the recording of another call");
  return { state: "recorded", milliseconds, digits, sha256: createHash("sha256").update(wav).digest("hex") };
}

function data(wav) {
  let place = 12;
  while (wav.toString("latin1", place, place + 4) !== "data") {
    const size = wav.readUInt32LE(place + 4);
    place += 8 + size + (size % 2);
  }
  return wav.subarray(place + 8, place + 8 + wav.readUInt32LE(place + 4));
}

// G.711, A-law.
function linear(octet) {
  const bits = octet ^ 0x55;
  const [segment, step] = [(bits >> 4) & 7, (bits & 15) << 4];
  const magnitude = segment === 0 ? step + 8 : (step + 264) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

function heard(samples) {
  let digits = "";
  for (let first = 0; digits.length < 8 && first + KEY <= samples.length; first += KEY + PAUSE) {
    const key = samples.subarray(first, first + KEY);
    digits += KEYS[loudest(key, ROWS) * 4 + loudest(key, COLUMNS)];
  }
  return digits;
}

function loudest(samples, frequencies) {
  const powers = frequencies.map((frequency) => power(samples, frequency));
  return powers.indexOf(Math.max(...powers));
}

// Goertzel's method.
function power(samples, frequency) {
  const factor = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let [before, last] = [0, 0];
  for (const sample of samples) [before, last] = [last, sample + factor * last - before];
  return before * before + last * last - factor * before * last;
}

async function row(job, user, record) {
  const { callId, dialogType, startTime, endTime = null } = record;
  const call = { tenant: job.tenant, callId, user, dialogType, startTime, endTime };
  const info = JSON.parse(record.businessInfoStr);
  if (dialogType === CHAT || info.recordFileName === "null") return { ...call, state: "no sound" };
  if (endTime === null) return { ...call, state: "pending" };
  try {
    return { ...call, ...(await download(job, call, info)) };
  } catch (reason) {
    if (!(reason instanceof GaveUp)) throw reason;
    return { ...call, state: reason.message };
  }
}

// Two workers after each other, each with half of the users and a token of its own.
async function run(job) {
  const half = Math.ceil(job.users.length / 2);
  for (const users of [job.users.slice(0, half), job.users.slice(half)]) {
    if (!users.length) continue;
    const { authToken } = await ask("gettoken", { appKey: job.tenant, appSecret: job.secret });
    for (const user of users) {
      for await (const record of records(job, authToken, user)) {
        if (!job.done.includes(record.callId)) console.log(JSON.stringify(await row(job, user, record)));
      }
    }
  }
}

await Promise.all(
  jobs.map(async (job) => {
    let end = "complete";
    await run(job).catch((reason) => {
      if (!(reason instanceof GaveUp)) throw reason;
      end = reason.message;
    });
    console.log(JSON.stringify({ tenant: job.tenant, end }));
  }),
);
