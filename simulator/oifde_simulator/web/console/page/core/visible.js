// Makes characters visible that a browser hides, or that turn text around.

// eslint-disable-next-line no-control-regex
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

function named(character) {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}

/** Write control characters as pictures (␀) or names (‹U+202E›); `\r\n`, `\n` and tabs stay. */
export function visible(text) {
  return String(text).replaceAll("\r\n", "\n").replace(HIDDEN, named);
}

/** Cut a text that stands in a line of a list. */
export function short(text, most = 80) {
  const shown = visible(String(text).slice(0, most)).replaceAll("\n", "␊");
  return text.length > most ? `${shown}…` : shown;
}
