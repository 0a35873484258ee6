// Tenants: all of them, or one with its rules and its clock.
import { html } from "../kit.js";
import { Tenant } from "./tenant.js";
import { TenantList } from "./list.js";

/** Show the list, or the tenant that the path names. */
export function Tenants({ path, query }) {
  const [id] = path;
  return id ? html`<${Tenant} key=${id} id=${id} />` : html`<${TenantList} query=${query} />`;
}
