// The keys of the whole page. Views mark what they act on: data-open, data-close, data-filter.

const visible = (element) => element.getClientRects().length > 0;
const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);

/** Listen to keys; `help` is called for `?`. */
export function listen(help) {
  const act = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return leave(event);
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const action = { "/": filter, "?": help, j: () => move(1), k: () => move(-1) }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  addEventListener("keydown", act);
  return () => removeEventListener("keydown", act);
}

/** Close what is open; in a field, leave it first. */
function leave({ target }) {
  if (target.closest?.("input, textarea, select")) return target.blur();
  return all("[data-close]").at(-1)?.click();
}

function filter() {
  const [field] = all("[data-filter]");
  field?.focus();
  field?.select?.();
}

/** Move the focus in the list, from what has it, from what is open, or to an end. */
function move(step) {
  const items = all("[data-open]");
  const from = items.findIndex((item) => item === document.activeElement);
  const open = items.findIndex((item) => item.ariaCurrent === "true");
  const at = from >= 0 ? from + step : open >= 0 ? open + step : step > 0 ? 0 : items.length - 1;
  const next = items[Math.max(0, Math.min(items.length - 1, at))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}
