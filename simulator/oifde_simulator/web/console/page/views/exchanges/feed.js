// The live list as data: at most 500 exchanges, changed once a frame however many come.
import { get } from "../../core/api.js";
import { stream } from "../../core/events.js";
import { untilBack } from "../../core/server.js";

export const MOST = 500;
const PAGE = 200;
const BURST = 250; // so many are read for one frame; then reading waits for it
const REFRESH = 1500;
const HIDDEN = 1000; // a page that nobody sees has no frames

/**
 * `rows` are in the order of their numbers; `fresh` counts those that came while the list stood still; `forgotten` says that
 * the journal has no longer all of the rows.
 */
export const EMPTY = { rows: [], fresh: 0, status: "loading", error: null, truncated: false, older: false, forgotten: false };

export class Feed {
  constructor(query, tell) {
    this.query = new URLSearchParams(query);
    this.tell = tell;
    this.state = EMPTY;
    this.still = false;
    this.waiting = [];
    this.counted = 0; // of those that wait
    this.read = 0; // since the last frame
    this.frame = null;
    this.instance = null;
  }

  /** Load the newest exchanges and follow from there; another start of the server begins anew. */
  async start() {
    this.control?.abort();
    const control = (this.control = new AbortController());
    try {
      const found = await this.page({}, control.signal);
      if (control.signal.aborted) return;
      this.waiting = [];
      this.counted = 0;
      this.change({ rows: found.entries.reverse(), fresh: 0, status: "live", error: null, truncated: found.truncated, older: found.next !== null, forgotten: false });
      await this.follow(found.last, control.signal);
    } catch (error) {
      if (control.signal.aborted) return;
      this.change({ status: "failed", error });
      if (error.status === 0) untilBack(control.signal).then(() => control.signal.aborted || this.start());
    }
  }

  stop() {
    this.control?.abort();
    clearInterval(this.timer);
  }

  page(more, signal) {
    return get("journal", this.with({ order: "newest", limit: PAGE, ...more }), { signal });
  }

  with(more) {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return query;
  }

  follow(last, signal) {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.refresh(signal), REFRESH);
    const query = new URLSearchParams(this.query);
    query.delete("since");
    const onState = (state) => this.change({ status: state === "open" ? "live" : "lost" });
    return stream("journal/events", query, { onEvent: (event) => this.take(event), onState, signal, lastEventId: String(last) });
  }

  take({ event, data }) {
    const told = JSON.parse(data);
    if (event === "hello") return this.greet(told);
    if (event === "truncated") return this.change({ truncated: true });
    this.waiting.push(told);
    this.read += 1;
    const shown = this.nextFrame();
    return this.read < BURST ? undefined : shown;
  }

  greet({ instance }) {
    const before = this.instance;
    this.instance = instance;
    if (before && before !== instance) {
      this.change({ ...EMPTY });
      this.start();
    }
  }

  /** Show what has come with the next frame. */
  nextFrame() {
    this.frame ??= new Promise((resolve) => {
      const act = () => {
        if (!act.done) { act.done = true; this.frame = null; this.flush(); }
        resolve();
      };
      requestAnimationFrame(act);
      setTimeout(act, HIDDEN);
    });
    return this.frame;
  }

  flush() {
    this.read = 0;
    if (this.control.signal.aborted) return;
    const fresh = this.state.fresh + this.waiting.length - this.counted;
    if (this.still) {
      this.waiting = this.waiting.slice(-MOST);
      this.counted = this.waiting.length;
      this.change({ fresh });
      return;
    }
    const all = [...this.state.rows, ...this.waiting];
    this.waiting = [];
    this.counted = 0;
    this.change({ rows: all.slice(-MOST), fresh: 0, older: this.state.older || all.length > MOST });
  }

  /** Let the list stand still while somebody reads, or go on. */
  hold(still) {
    if (this.still === still) return;
    this.still = still;
    if (!still && this.detached) this.newest();
    else if (!still) this.nextFrame();
    this.change({});
  }

  /** Show older ones; the newest make room for them. */
  async older() {
    const [first] = this.state.rows;
    const found = await this.page({ before: first.number }, this.control.signal);
    const all = [...found.entries.reverse(), ...this.state.rows];
    this.detached ||= all.length > MOST;
    this.still ||= this.detached;
    this.change({ rows: all.slice(0, MOST), older: found.next !== null, truncated: found.truncated });
  }

  newest() {
    this.detached = false;
    this.still = false;
    return this.start();
  }

  /** Ask again for what may have changed since it was told. */
  refresh(signal) {
    if (document.hidden) return;
    this.finish(signal);
    this.remember(signal);
  }

  /** Look whether the journal still has the oldest of the rows. */
  async remember(signal) {
    const [oldest] = this.state.rows;
    if (!oldest) return;
    const query = { tenant: oldest.tenant ?? "false", since: oldest.number - 1, limit: 1 };
    const found = await get("journal", query, { signal }).catch(() => null);
    if (!found || signal.aborted || this.state.rows[0] !== oldest) return;
    const forgotten = found.entries[0]?.number !== oldest.number;
    if (forgotten !== this.state.forgotten) this.change({ forgotten });
  }

  /** Ask again for those that were under way. */
  async finish(signal) {
    const open = this.state.rows.find(({ outcome }) => outcome.how === "under way");
    if (!open) return;
    const found = await get("journal", this.with({ since: open.number - 1, limit: MOST }), { signal }).catch(() => null);
    if (!found || signal.aborted) return;
    const now = new Map(found.entries.filter(({ outcome }) => outcome.how !== "under way").map((entry) => [entry.number, entry]));
    const done = (entry) => (entry.outcome.how === "under way" && now.get(entry.number)) || entry;
    if (now.size) this.change({ rows: this.state.rows.map(done) });
  }

  change(next) {
    this.state = { ...this.state, ...next, still: this.still };
    this.tell(this.state);
  }
}
