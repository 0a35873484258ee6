// Where the control plane is: the folder of this page, also below a proxy's sub-path.

export const base = new URL(".", location.href.split("#")[0]);

/** Make the address of an operation; parameters that are null or undefined are left out. */
export function address(path, query = {}) {
  const url = new URL(path, base);
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  for (const [name, value] of pairs) if (value !== null && value !== undefined) url.searchParams.append(name, value);
  return url;
}
