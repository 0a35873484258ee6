// Plays a call's recording, with its turns as marks on a time line that can be clicked.
import { blob, Failure, html, t, useAct, useEffect, useRef, useState } from "../kit.js";
import { countdown } from "../tenants/rule.js";

/** The sound is fetched when it is asked for: an audio element could send no token, so it plays a blob. */
export function Player({ name, tenant, length, said, seek, onReady }) {
  const [{ busy, error, done: url }, fetchIt] = useAct(async () => {
    const sound = await blob(`tenants/${encodeURIComponent(tenant)}/recordings`, { fileName: name });
    onReady(true);
    return URL.createObjectURL(sound);
  });
  useEffect(() => () => url && URL.revokeObjectURL(url), [url]);
  if (url) return html`<${Line} ...${{ url, length, said, seek }} />`;
  return html`<p><button type="button" disabled=${busy} onClick=${fetchIt}>${t("sessions.listen")}</button>
      <code class="hint"><bdi>${name}</bdi></code></p>
    <${Failure} error=${error} />`;
}

function Line({ url, length, said, seek }) {
  const audio = useRef(null);
  const [now, setNow] = useState(0);
  const [whole, setWhole] = useState(length);
  const [failed, setFailed] = useState(false);
  const jump = (at) => { audio.current.currentTime = at; audio.current.play().catch(() => setFailed(true)); };
  seek.current = jump;
  const marks = said.filter(({ at }) => at !== null && whole && at <= whole);
  return html`<div class="player">
    <audio controls ref=${audio} src=${url} aria-label=${t("sessions.recording")} onTimeUpdate=${({ target }) => setNow(target.currentTime)}
      onLoadedMetadata=${({ target }) => Number.isFinite(target.duration) && setWhole(target.duration)} onError=${() => setFailed(true)} />
    <div class="line" role="group" aria-label=${t("sessions.marks")}>
      <progress max=${whole || 1} value=${now} aria-label=${t("sessions.position")} />
      ${marks.map((turn, n) => html`<${Mark} key=${n} turn=${turn} whole=${whole} now=${now} jump=${jump} />`)}
    </div>
    ${failed && html`<p role="alert">${t("sessions.cannotPlay")}</p>`}</div>`;
}

function Mark({ turn, whole, now, jump }) {
  const label = t("sessions.mark", { who: t(`sessions.${turn.who}`), at: countdown(turn.at), text: turn.text.slice(0, 80) });
  return html`<button type="button" class=${`mark ${turn.who}`} title=${label} aria-label=${label} aria-current=${now >= turn.at ? "true" : null}
    style=${{ left: `${(100 * turn.at) / whole}%` }} onClick=${() => jump(turn.at)} />`;
}
