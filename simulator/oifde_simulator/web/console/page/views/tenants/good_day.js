// The kill switch: no rule of any tenant fires until the next reset.
import { ConfirmButton, html, Notice, send, t, useState } from "../kit.js";

export function GoodDay({ onDone }) {
  const [tenants, setTenants] = useState(null);
  const act = async () => {
    setTenants((await send("POST", "clear")).tenants);
    onDone();
  };
  return html`<${ConfirmButton} kind="danger" label=${t("tenants.goodDay")} title=${t("tenants.goodDayTitle")}
      text=${t("tenants.goodDayText")} act=${act} />
    ${tenants !== null && html`<${Notice} kind="good" text=${t("tenants.goodDayDone", { tenants })} />`}`;
}
