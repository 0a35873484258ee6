// All texts of the page, by key.
import common from "./zh-CN/common.js";
import exchanges from "./zh-CN/exchanges.js";
import gallery from "./zh-CN/gallery.js";
import parts from "./zh-CN/parts.js";
import sessions from "./zh-CN/sessions.js";
import tenants from "./zh-CN/tenants.js";
import verdicts from "./zh-CN/verdicts.js";
import { under } from "./under.js";

export default under({ common, parts, exchanges, tenants, sessions, gallery, verdicts });
