// Shows the tenant's clock and changes it: on by a while, to an instant, to a stop.
import { Failure, Field, html, send, t, Time, useAct, useState } from "../kit.js";

const STEPS = ["5m", "1h", "24h"];

export function Clock({ clock, zone, base, onChange }) {
  const [{ error }, change] = useAct(async (body) => { await send("PUT", `${base}/clock`, body); onChange(); });
  return html`<section><h2>${t("tenants.clock")}</h2>
    <p><${Time} at=${clock.now} zone=${zone} /> ${zone && html`<small>${zone}</small>`} ${clock.frozen && html`<span class="tag">${t("tenants.frozen")}</span>`} ${clock.speed !== 1 && html`<span class="tag">× ${clock.speed}</span>`}</p>
    <div class="toolbar">
      ${STEPS.map((advance) => html`<button type="button" key=${advance} onClick=${() => change({ advance })}>+${advance}</button>`)}
      <button type="button" onClick=${() => change({ freeze: !clock.frozen })}>${t(clock.frozen ? "tenants.thaw" : "tenants.freeze")}</button>
      <${SetClock} now=${clock.now} change=${change} />
    </div>
    <${Failure} error=${error} /></section>`;
}

function SetClock({ now, change }) {
  const [text, setText] = useState(null);
  const set = (event) => {
    event.preventDefault();
    change({ set: text ?? now });
    setText(null);
  };
  return html`<form class="inline" onSubmit=${set}>
    <${Field} label=${t("tenants.instant")}><input value=${text ?? now} autocomplete="off" spellcheck="false"
      onFocus=${() => setText(text ?? now)} onInput=${({ target }) => setText(target.value)} /><//>
    <button>${t("tenants.set")}</button></form>`;
}
