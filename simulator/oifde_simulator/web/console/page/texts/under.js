/** Put the name of each group before the keys of its texts: `title` of `tenants` is `tenants.title`. */
export function under(groups) {
  const named = ([name, texts]) => Object.entries(texts).map(([key, text]) => [`${name}.${key}`, text]);
  return Object.fromEntries(Object.entries(groups).flatMap(named));
}
