// The fragment is the address of a view: #/exchanges/17?tenant=a
import { useEffect, useState } from "./html.js";

export const HOME = "exchanges";

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function readRoute(fragment = location.hash) {
  const [path, ...query] = fragment.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/").map(decoded);
  return { view: view || HOME, path: rest.filter(Boolean), query: new URLSearchParams(query.join("?")) };
}

/** Write the fragment of a view; parameters that are empty are left out. */
export function href(view, path = [], query = {}) {
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const kept = new URLSearchParams(pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined));
  return `#/${[view, ...path].map((part) => encodeURIComponent(part)).join("/")}${kept.size ? `?${kept}` : ""}`;
}

/** Go to a view. Another query of the same place takes the place of the last one in the browser's history. */
export function go(view, path = [], query = {}) {
  const to = href(view, path, query);
  if (to === location.hash) return;
  const here = location.hash.split("?")[0] === to.split("?")[0];
  history[here ? "replaceState" : "pushState"](null, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute() {
  const [route, set] = useState(readRoute);
  useEffect(() => {
    const read = () => set(readRoute());
    addEventListener("hashchange", read);
    addEventListener("popstate", read);
    return () => { removeEventListener("hashchange", read); removeEventListener("popstate", read); };
  }, []);
  return route;
}
