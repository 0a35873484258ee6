// The only module that imports the libraries.
import htm from "../lib/htm.js";
import { h } from "../lib/preact.js";

export { createContext, render } from "../lib/preact.js";
export { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../lib/hooks.js";

/** Template tag that makes elements; what is put in is text, never HTML. */
export const html = htm.bind(h);
