// HTTP archives: of what the filter finds, or of one exchange.
import { get } from "../../../core/api.js";

/** Fetch the archive of an exchange: of those from it on that are like it, the one with its number. */
export async function archive({ number, tenant, endpoint, status, rule }) {
  const like = { tenant: tenant ?? "false", endpoint: endpoint ?? "false", status, rule: rule ?? "false", since: number - 1 };
  const har = await get("journal.har", like);
  har.log.entries = har.log.entries.filter((each) => each._number === number);
  return new Blob([JSON.stringify(har, null, 2)], { type: "application/json" });
}

/** Have the browser save a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
