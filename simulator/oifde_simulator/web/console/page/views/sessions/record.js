// Reads a call session: its recording, its turns on the time line, itself as YAML.
import { toYaml } from "../kit.js";

/** Find the name that a download of the recording takes, or null without one. */
export function recordingName(record) {
  const name = inner(record).recordFileName;
  return typeof name === "string" && name !== "null" && name !== "" ? name : null;
}

function inner(record) {
  try {
    return JSON.parse(record.businessInfoStr) ?? {};
  } catch {
    return {};
  }
}

/** List what was said: `who`, `text`, `at` in seconds from the start of the call (null: unknown). */
export function turns(record) {
  const list = Array.isArray(record.recordDetials) ? record.recordDetials : [];
  return list.flatMap((turn, index) => [
    { who: "user", text: turn?.userSaying, at: since(record, turn?.requsetTime), index, note: turn?.intention },
    { who: "system", text: turn?.systemReply, at: since(record, turn?.timestamp), index },
  ]).filter(({ text }) => typeof text === "string" && text !== "");
}

function since(record, time) {
  return Number.isFinite(time) && Number.isFinite(record.startTime) ? (time - record.startTime) / 1000 : null;
}

/** Count the seconds of the call, or null while it goes on. */
export function seconds(record) {
  return since(record, record.endTime);
}

/** Write the record as `sessions.records` of a scenario takes it, found by `userMobile` as here. */
export function recordYaml(record, userMobile, tenant) {
  const own = record.callSorId === userMobile ? {} : { userMobile };
  const members = Object.entries(record).filter(([name, value]) => !(name === "tenantId" && value === tenant));
  return toYaml({ sessions: { records: [{ ...own, ...Object.fromEntries(members) }] } }) + "\n";
}
