// Verdicts: which rules were never met, whether the exchanges are as expected, the counters.
import { html, t } from "../kit.js";
import { Coverage } from "./coverage.js";
import { MetricsPanel } from "./metrics_panel.js";
import { Verify } from "./verify.js";

export function Verdicts({ query }) {
  return html`<h1>${t("verdicts.title")}</h1>
    <${MetricsPanel} /><${Coverage} tenant=${query.get("tenant") ?? ""} /><${Verify} query=${query} />`;
}
