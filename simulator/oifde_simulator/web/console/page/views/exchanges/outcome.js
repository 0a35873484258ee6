// Tells in a word what became of an exchange; the words stand beside the colour.
import { t } from "../../core/text.js";

export const OUTCOMES = ["honest", "refused", "spoiled", "broken"];

/** Sort an exchange as GET /counters does: spoiled by a rule, and broken where the wire did not end well. */
export function outcomeOf({ rule, status, errorCode, outcome }) {
  if (rule) return ["complete", "under way"].includes(outcome.how) ? "spoiled" : "broken";
  return status === 200 && (errorCode === 0 || errorCode === null) ? "honest" : "refused";
}

/** List all rules that fired, those that went along too; an older server names one. */
export function rulesOf({ rule, rules }) {
  return rules ?? (rule ? [rule] : []);
}

export function words(entry) {
  return t(`exchanges.outcome.${outcomeOf(entry)}`, { rule: rulesOf(entry).join(", ") });
}

/** Say how the connection ended, where it is not as usual. */
export function ending({ outcome }) {
  return outcome.how === "complete" ? "" : t(`exchanges.how.${outcome.how.replace(" ", "_")}`);
}
