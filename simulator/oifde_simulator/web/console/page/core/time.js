// Instants in the tenant's zone, with UTC on hover; durations in words.
import { html } from "./html.js";

const formats = new Map();

function format(zone) {
  if (!formats.has(zone)) {
    const parts = { dateStyle: "short", timeStyle: "medium" };
    try {
      formats.set(zone, new Intl.DateTimeFormat("sv-SE", { ...parts, timeZone: zone }));
    } catch {
      formats.set(zone, new Intl.DateTimeFormat("sv-SE", { ...parts, timeZone: "UTC" })); // a zone that only the server knows
    }
  }
  return formats.get(zone);
}

/** Write an instant as `2026-01-01 08:00:00.250`. */
export function local(at, zone = "UTC") {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return `${format(zone ?? "UTC").format(date)}.${String(date.getUTCMilliseconds()).padStart(3, "0")}`;
}

/** Show an instant, a text in ISO 8601 or milliseconds; `short` leaves the day out. */
export function Time({ at, zone, short }) {
  const date = new Date(at);
  const utc = Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
  const text = local(at, zone);
  const where = zone && zone !== "UTC" ? `${utc} · ${zone}` : utc;
  return html`<time datetime=${utc} title=${where}>${short ? text.split(" ").pop() : text}</time>`;
}

/** Write a duration as people say it: 850 µs, 12 ms, 1.5 s, 2 min 5 s. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 120) return `${Number(seconds.toPrecision(3))} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Write a size: 812 B, 80.3 KiB. */
export function size(bytes) {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power ? 1 : 0)} ${["B", "KiB", "MiB", "GiB"][power]}`;
}
