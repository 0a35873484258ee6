// A nightly job as an integrator writes it: the calls of one day, with their recordings, as lines of JSON.
// Standard input: {url, tenant, secret, users, begin, end, done}; `done` lists callIds that are loaded already.
// Standard output: one line a call; state is "recorded", "no sound" or "pending" (run again later).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const API = "/oifde/rest/api";
const DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord";
const PAGE_SIZE = 5;
const CHAT = "3";
const NO_DATA = "0300012";
const RATE = 8000;

const job = JSON.parse(readFileSync(0));

async function post(path, body, headers = {}) {
  const response = await fetch(job.url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json; charset=UTF-8", ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function ask(operation, body) {
  const answer = JSON.parse(await post(`${API}/${operation}`, body));
  if (answer.errorCode !== 0) throw new Error(`${operation}: errorCode ${answer.errorCode}`);
  return answer;
}

async function* records(authToken, userMobile) {
  const body = { tenantId: job.tenant, authToken, userMobile, beginTime: job.begin, endTime: job.end };
  for (let number = 1, full = true; full; number++) {
    const page = { ...body, pageNum: `${number}`, pageSize: `${PAGE_SIZE}` };
    const { recordList } = await ask("queryRecordHistory", page);
    yield* recordList;
    full = recordList.length === PAGE_SIZE;
  }
}

// A failure is JSON under HTTP 200: what comes is sound only if it begins as a WAV file does.
async function download({ locationId, recordFileName }) {
  const octets = await post(
    `${DOWNLOAD}?locationId=${locationId}`,
    { request: { version: "2.0" }, msgBody: { fileName: recordFileName } },
    { Authorization: `auth-v2/${job.tenant}/-/-/-` },
  );
  if (octets.toString("latin1", 0, 4) === "RIFF") return octets;
  const { resultCode } = JSON.parse(octets);
  if (resultCode !== NO_DATA) throw new Error(`${recordFileName}: resultCode ${resultCode}`);
  return null;
}

function milliseconds(wav) {
  let place = 12;
  while (wav.toString("latin1", place, place + 4) !== "data") {
    const size = wav.readUInt32LE(place + 4);
    place += 8 + size + (size % 2);
  }
  return (wav.readUInt32LE(place + 4) * 1000) / RATE;
}

async function row(user, record) {
  const call = {
    callId: record.callId,
    user,
    dialogType: record.dialogType,
    startTime: record.startTime,
    endTime: record.endTime ?? null,
  };
  const info = JSON.parse(record.businessInfoStr);
  if (record.dialogType === CHAT || info.recordFileName === "null") return { ...call, state: "no sound" };
  const wav = call.endTime === null ? null : await download(info);
  if (wav === null) return { ...call, state: "pending" };
  const sha256 = createHash("sha256").update(wav).digest("hex");
  return { ...call, state: "recorded", milliseconds: milliseconds(wav), sha256 };
}

const { authToken } = await ask("gettoken", { appKey: job.tenant, appSecret: job.secret });
for (const user of job.users) {
  for await (const record of records(authToken, user)) {
    if (!job.done.includes(record.callId)) console.log(JSON.stringify(await row(user, record)));
  }
}
