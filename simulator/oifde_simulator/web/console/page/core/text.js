// The words of the page, in the reader's language; English where a text is missing.
import english from "../texts/en.js";

const KEY = "oifde-simulator.language";
export const LANGUAGES = { en: "English", "zh-CN": "中文" };
let words = english;

export function language() {
  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen in LANGUAGES) return chosen;
  } catch {
    // a browser that keeps nothing for this page
  }
  return navigator.language.startsWith("zh") ? "zh-CN" : "en";
}

export function chooseLanguage(chosen) {
  try {
    localStorage.setItem(KEY, chosen);
  } finally {
    location.reload();
  }
}

/** Load the texts of the reader's language, before anything is shown. */
export async function loadTexts() {
  const chosen = language();
  document.documentElement.lang = chosen;
  if (chosen !== "en") words = { ...english, ...(await import(`../texts/${chosen}.js`)).default };
}

/** Find a text by its key, with `{name}` filled in. */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
