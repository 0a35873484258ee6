// Loads data for a component, and gives the request up when the component goes.
import { useEffect, useState } from "./html.js";
import { untilBack } from "./server.js";

/**
 * Load again whenever one of `deps` changes; `load` gets the signal of its request.
 * What was loaded last stays until the next answer, also beside an error. Without an answer it loads again once the server is back.
 */
export function useLoad(load, deps) {
  const [state, set] = useState({ loading: true });
  const [turn, again] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    const tell = (change) => control.signal.aborted || set(change);
    set((old) => ({ ...old, loading: true }));
    load(control.signal).then((data) => tell({ data }), (error) => {
      tell(({ data }) => ({ data, error }));
      if (error.status === 0) untilBack(control.signal).then(() => control.signal.aborted || again((n) => n + 1));
    });
    return () => control.abort();
  }, [...deps, turn]);
  return { ...state, reload: () => again((n) => n + 1) };
}

const PATIENCE = 5;

/** Reload so many seconds after each answer, more rarely while there is an error, and not while nobody looks; 0 stops. */
export function useEvery(seconds, { loading, error, reload }) {
  const pause = loading ? 0 : error ? seconds * PATIENCE : seconds;
  useEffect(() => {
    if (!pause) return undefined;
    const timer = setInterval(() => document.hidden || reload(), pause * 1000);
    return () => clearInterval(timer);
  }, [pause]);
}

/** Give `value` on once it has not changed for `ms`. */
export function useDebounced(value, ms) {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Do what people ask for: `[{busy, error, done}, run]`; `done` is what `act` gave, and a failure is kept. */
export function useAct(act) {
  const [state, set] = useState({});
  const run = async (...given) => {
    given[0]?.preventDefault?.();
    set({ busy: true });
    try {
      set({ done: await act(...given) });
      return true;
    } catch (error) {
      set({ error });
      return false;
    }
  };
  return [state, run];
}
