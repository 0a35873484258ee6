// Edits YAML that the server checks while it is typed.
import { Failure, html, send, t, useDebounced, useEffect, useLoad, YamlEditor } from "../kit.js";

const PAUSE = 300;

/** Editor of a scenario or of rules; `onResult` gets the verdict, `{valid: false}` while it is not known. */
export function CheckedYaml({ kind, tenant, value, onChange, onResult }) {
  const settled = useDebounced(value, PAUSE);
  const body = { yaml: settled, kind, ...(tenant && { tenant }) };
  const { data, error, loading } = useLoad(() => send("POST", "check", body), [settled, kind, tenant]);
  const known = data && !loading && !error && settled === value;
  useEffect(() => onResult(known ? data : { valid: false }), [known, data]);
  return html`<${YamlEditor} value=${value} onChange=${onChange} check=${known ? data : null} />
    <p role="status" class="hint">${error ? "" : known ? verdict(data) : t("parts.checking")}</p>
    <${Failure} error=${error} />`;
}

function verdict({ valid, errors, warnings }) {
  if (!valid) return t("tenants.mistakes", { count: errors.length });
  return warnings.length ? t("tenants.goodWithWarnings", { count: warnings.length }) : t("tenants.good");
}
