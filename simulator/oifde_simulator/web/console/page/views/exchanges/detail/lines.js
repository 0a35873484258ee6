// Writes JSON as lines that know their place, so that two answers can be compared field by field.

/** List `{path, text}` for each line of a value in JSON, indented by two. */
export function lines(value) {
  return [...written(value, "", "", "", "")];
}

function* written(value, path, indent, lead, tail) {
  const members = value !== null && typeof value === "object" ? Object.entries(value) : [];
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (!members.length) {
    yield { path, text: indent + lead + (value !== null && typeof value === "object" ? open + close : JSON.stringify(value)) + tail };
    return;
  }
  yield { path, text: indent + lead + open, whole: false };
  for (const [n, [name, inner]] of members.entries()) {
    const label = Array.isArray(value) ? "" : `${JSON.stringify(name)}: `;
    yield* written(inner, `${path}/${step(name)}`, `${indent}  `, label, n < members.length - 1 ? "," : "");
  }
  yield { path, text: indent + close + tail, whole: false };
}

const step = (name) => String(name).replaceAll("~", "~0").replaceAll("/", "~1");

/** Mark the lines that a change is about: at its place or below it. */
export function marked(list, changes) {
  const paths = new Set(changes.map(({ path }) => path));
  const about = (path) => {
    for (let at = path; at; at = at.slice(0, at.lastIndexOf("/"))) if (paths.has(at)) return true;
    return paths.has("");
  };
  return list.map((line) => ({ ...line, changed: about(line.path) }));
}

/** Leave out what is alike on both sides, but for `around` lines; `{skipped: n}` stands for what is left out. */
export function folded(list, around = 2) {
  const near = new Uint8Array(list.length);
  list.forEach(({ changed }, n) => changed && near.fill(1, Math.max(0, n - around), n + around + 1));
  const shown = [];
  for (const [n, line] of list.entries()) {
    if (near[n]) shown.push(line);
    else if (shown.at(-1)?.skipped) shown.at(-1).skipped += 1;
    else shown.push({ skipped: 1 });
  }
  return shown;
}
