// Shows one call session: a line in the list that opens to the talk, its recording and its record.
import { CopyButton, html, LongText, short, t, Time, useRef, useState } from "../kit.js";
import { countdown } from "../tenants/rule.js";
import { Player } from "./player.js";
import { recordingName, recordYaml, seconds, turns } from "./record.js";

const KINDS = { 1: "voiceNavigation", 2: "outboundCall", 3: "chatbot", 4: "ivrFlow" };

export function Session({ record, tenant, userMobile, zone }) {
  const [open, setOpen] = useState(false);
  const said = turns(record);
  const length = seconds(record);
  return html`<li class="session"><details onToggle=${({ target }) => setOpen(target.open)}>
    <summary data-open><${Time} at=${record.startTime} zone=${zone} />
      <span class="tag">${t(`sessions.kind.${KINDS[record.dialogType] ?? "other"}`)}</span>
      <span>${length === null ? t("sessions.goesOn") : t("sessions.length", { length: countdown(length) })}</span>
      <span>${t("sessions.turns", { count: said.length })}</span>
      <span class="preview" dir="auto">${short(said[0]?.text ?? "")}</span></summary>
    ${open && html`<${Talk} ...${{ record, tenant, userMobile, zone, said }} />`}
  </details></li>`;
}

function Talk({ record, tenant, userMobile, zone, said }) {
  const seek = useRef(null);
  const name = recordingName(record);
  const yaml = recordYaml(record, userMobile, tenant);
  const [playable, setPlayable] = useState(false);
  return html`
    ${name
      ? html`<${Player} name=${name} tenant=${tenant} length=${seconds(record)} said=${said} seek=${seek} onReady=${setPlayable} />`
      : html`<p class="hint">${t("sessions.noRecording")}</p>`}
    <ol class="talk" aria-label=${t("sessions.talk")}>${said.map((turn, n) => html`
      <${Turn} key=${n} turn=${turn} record=${record} zone=${zone} play=${playable ? () => seek.current?.(turn.at) : null} />`)}</ol>
    ${!said.length && html`<p>${t("sessions.nothingSaid")}</p>`}
    <p class="actions"><${CopyButton} text=${yaml} label=${t("sessions.copyYaml")} /></p>
    <details><summary>${t("sessions.record")}</summary>
      <${LongText} block text=${yaml} /></details>`;
}

function Turn({ turn, record, zone, play }) {
  const { who, text, at, note } = turn;
  return html`<li class=${who}>
    <p class="who"><strong>${t(`sessions.${who}`)}</strong>
      ${at !== null && html` <${Time} at=${record.startTime + at * 1000} zone=${zone} short />`}
      ${at !== null && play && html` <button type="button" class="quiet" onClick=${play}>${t("sessions.playFrom", { at: countdown(at) })}</button>`}
      ${note && html` <span class="tag" dir="auto">${short(String(note))}</span>`}</p>
    <p dir="auto"><${LongText} text=${text} /></p></li>`;
}
