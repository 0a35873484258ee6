// Loads data for a component, and gives the request up when the component goes.
import { useEffect, useState } from "./html.js";

/** Load again whenever one of `deps` changes; `load` gets the signal of its request. */
export function useLoad(load, deps) {
  const [state, set] = useState({ loading: true });
  const [turn, again] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    const tell = (next) => control.signal.aborted || set(next);
    set((old) => ({ ...old, loading: true }));
    load(control.signal).then((data) => tell({ data }), (error) => tell({ error }));
    return () => control.abort();
  }, [...deps, turn]);
  return { ...state, reload: () => again((n) => n + 1) };
}

/** Call `act` every `seconds`, but not while nobody sees the page; 0 stops. */
export function useEvery(seconds, act) {
  useEffect(() => {
    if (!seconds) return undefined;
    const timer = setInterval(() => document.hidden || act(), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
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
