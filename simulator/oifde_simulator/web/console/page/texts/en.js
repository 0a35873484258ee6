// All texts of the page, by key.
import common from "./en/common.js";
import exchanges from "./en/exchanges.js";
import gallery from "./en/gallery.js";
import parts from "./en/parts.js";
import sessions from "./en/sessions.js";
import tenants from "./en/tenants.js";
import verdicts from "./en/verdicts.js";
import { under } from "./under.js";

export default under({ common, parts, exchanges, tenants, sessions, gallery, verdicts });
