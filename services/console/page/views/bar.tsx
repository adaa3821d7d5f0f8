// The top: where one is, whether the server is reached, and who one is to the others.
import {useEffect, useRef, useState} from "preact/hooks";
import {goTo} from "../commands.js";
import type {Channel, Presence} from "hark/v1";
import {addressText, channelName} from "../format.js";
import {askForDesktopNotices, unlockSound} from "../notify.js";
import {link, seeNotices, setPresence, signOut, store} from "../session.js";
import {changeSettings, settings, type Theme} from "../settings.js";
import {select} from "../conversations.js";
import {agentName, isSupervisor, type Section, type State} from "../store/state.js";
import {type Language, languageNames, t, type WordKey} from "../words/words.js";
import {Icon} from "./icons.js";
import {OfferCount} from "./offers.js";
import {openPalette} from "./palette.js";
import {Avatar, Time} from "./parts.js";

function Connection({state}: {state: State}) {
  const [, again] = useState(0);
  const {state: link_state, retryAtMs} = state.link;
  useEffect(() => {
    if (link_state !== "lost") return;
    const timer = setInterval(() => again((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [link_state]);
  const seconds = Math.max(1, Math.ceil((retryAtMs - performance.now()) / 1000));
  return (
    <p id="connection" class={`connection ${link_state}`} role="status">
      {link_state === "lost" && <>{t("connectionLost", {seconds})} <button type="button" class="plain small" onClick={() => link.retryNow()}>{t("now")}</button></>}
      {link_state === "connecting" && t(state.me ? "reconnecting" : "connecting")}
    </p>
  );
}

/** Offline is nothing to choose, but it is shown to who is: before the others, which so stay where a pointer may be about to click. */
function PresenceChoice({state}: {state: State}) {
  const choice = (value: Presence, words: WordKey) => (
    <label>
      <input type="radio" name="presence" value={value} checked={state.me?.presence === value}
             disabled={state.link.state !== "open" || !state.presenceKnown}
             onChange={() => { unlockSound(); setPresence(value); }} />
      <span>{t(words)}</span>
    </label>
  );
  return (
    <fieldset id="presence" class="segments presence">
      <legend class="hidden">{t("yourPresence")}</legend>
      {state.me?.presence === "PRESENCE_OFFLINE" && choice("PRESENCE_OFFLINE", "offline")}
      {choice("PRESENCE_AVAILABLE", "available")}{choice("PRESENCE_AWAY", "away")}
    </fieldset>
  );
}

/** A button with a panel under it, closed by Escape and by leaving it. */
function Menu({id, label, button, children}: {id: string; label: string; button: preact.ComponentChildren; children: preact.ComponentChildren}) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  return (
    <div class="menu-box" ref={box} onFocusOut={(event) => { if (event.relatedTarget && !box.current?.contains(event.relatedTarget as Node)) setOpen(false); }}
         onKeyDown={(event) => { if (event.key === "Escape") { setOpen(false); box.current?.querySelector("button")?.focus(); } }}>
      <button type="button" id={id} class="plain" aria-expanded={open} title={label} onClick={() => setOpen(!open)}>
        <span class="hidden">{label}</span>{button}
      </button>
      {open && <><div class="menu-back" onClick={() => setOpen(false)} /><div class="menu down">{children}</div></>}
    </div>
  );
}

const NOTICES: Record<string, WordKey> = {KIND_MENTION: "noticeMention", KIND_WHISPER: "noticeWhisper", KIND_PRESENCE: "noticePresence",
  KIND_SLA: "noticeSla", KIND_HOLD_DUE: "noticeHoldDue", KIND_UNFETCHED: "noticeUnfetched", KIND_CONSULT: "noticeConsult"};

function Notices({state}: {state: State}) {
  const count = state.notices.length;
  return (
    <Menu id="notices" label={t("notices")} button={<><Icon name="bell" />{count > 0 && <span class="count">{count}</span>}</>}>
      <h2>{t("notices")}</h2>
      {!count && <p class="empty">{t("noNotices")}</p>}
      <ul class="notice-list">
        {[...state.notices].reverse().map((notice) => (
          <li key={notice.id}>
            <p class="line"><strong>{t(NOTICES[notice.kind ?? ""] ?? "notices", {who: agentName(state, notice.byAgentId)})}</strong><Time ms={notice.atMs} /></p>
            <p dir="auto">{notice.kind === "KIND_UNFETCHED" ? t("noticeUnfetchedOffer", {address: addressText(notice.text)}) : notice.text}</p>
            <div class="row">
              {notice.conversationId && <button type="button" class="small" onClick={() => { seeNotices([notice.id ?? ""]); select(notice.conversationId ?? ""); }}>{t("open")}</button>}
              <button type="button" class="plain small" onClick={() => seeNotices([notice.id ?? ""])}>{t("markSeen")}</button>
            </div>
          </li>
        ))}
      </ul>
    </Menu>
  );
}

function set(part: Parameters<typeof changeSettings>[0]): void {
  changeSettings(part);
  store.change((state) => ({...state}));
}

async function setDesktopNotices(on: boolean): Promise<void> {
  set({desktopNotices: on && await askForDesktopNotices()});
}

const CHANNELS: readonly Channel[] = ["CHANNEL_EMAIL", "CHANNEL_CHAT", "CHANNEL_SOCIAL", "CHANNEL_PHONE"];
const takes = ({me}: State, channel: Channel): boolean => !me?.channels?.length || me.channels.includes(channel);

/** Of all of them routing is told none; the last one cannot be given up, that is what being away is for. */
function takeChannel(state: State, channel: Channel, on: boolean): void {
  const wanted = CHANNELS.filter((one) => (one === channel ? on : takes(state, one)));
  if (wanted.length) setPresence(state.me?.presence ?? "PRESENCE_AVAILABLE", wanted.length === CHANNELS.length ? [] : wanted);
  else store.change((before) => ({...before}));
}

function Settings({state}: {state: State}) {
  const now = settings();
  const check = (on: boolean, words: WordKey, change: (on: boolean) => void) => (
    <label class="check"><input type="checkbox" checked={on} onChange={(event) => change(event.currentTarget.checked)} /> {t(words)}</label>
  );
  return (
    <Menu id="me" label={t("menu")} button={<><Avatar name={state.me?.name ?? state.me?.id ?? ""} /><span id="agent-name" class="wide-only">{state.me?.name || state.me?.id}</span></>}>
      <p class="quiet" id="agent-load">{state.me?.capacityUnits ? t("unitsOf", {used: state.me.usedUnits ?? 0, all: state.me.capacityUnits}) : ""}</p>
      <label class="field"><span>{t("theme")}</span>
        <select id="theme" value={now.theme} onChange={(event) => set({theme: event.currentTarget.value as Theme})}>
          <option value="system">{t("themeSystem")}</option><option value="light">{t("themeLight")}</option><option value="dark">{t("themeDark")}</option>
        </select>
      </label>
      <label class="field"><span>{t("language")}</span>
        <select id="language" value={now.language} onChange={(event) => set({language: event.currentTarget.value as Language})}>
          {(Object.entries(languageNames)).map(([value, name]) => <option value={value}>{name}</option>)}
        </select>
      </label>
      <fieldset id="channels" class="field"><legend>{t("channelsTaken")}</legend>
        {CHANNELS.map((channel) => (
          <label class="check">
            <input type="checkbox" value={channel} checked={takes(state, channel)} disabled={state.link.state !== "open"}
                   onChange={(event) => takeChannel(state, channel, event.currentTarget.checked)} /> {channelName(channel)}
          </label>
        ))}
      </fieldset>
      {check(now.sound, "sound", (sound) => set({sound}))}
      {check(now.desktopNotices, "desktopNotices", (on) => void setDesktopNotices(on))}
      {check(now.singleKeys, "singleKeys", (singleKeys) => set({singleKeys}))}
      <button type="button" class="wide narrow-only" onClick={openPalette}>{t("commands")}</button>
      <button id="sign-out" type="button" class="wide" onClick={() => void signOut()}>{t("signOut")}</button>
      <button type="button" class="plain wide small" onClick={() => void signOut(true)}>{t("signOutEverywhere")}</button>
    </Menu>
  );
}

export function Bar({state}: {state: State}) {
  const place = (section: Section, words: WordKey) => (
    <button type="button" aria-current={state.section === section ? "page" : undefined} onClick={() => goTo(section)}>{t(words)}{section === "desk" && <OfferCount state={state} />}</button>
  );
  return (
    <header class="bar">
      <h1 class="brand"><img src="/console/icon.svg" alt="" width="22" height="22" /><span class="wide-only">Hark</span></h1>
      <nav class="places" aria-label="Hark">{place("desk", "desk")}{isSupervisor(state) && place("floor", "floor")}{place("quarantine", "quarantine")}</nav>
      <Connection state={state} />
      <button type="button" id="open-palette" class="plain wide-only" onClick={openPalette} title={t("commandOpen")}>{t("commands")} <kbd>Ctrl K</kbd></button>
      <PresenceChoice state={state} />
      <Notices state={state} />
      <Settings state={state} />
    </header>
  );
}

/** Queues that offer them nothing any more: which, and the way back. */
export function PausedQueues({state}: {state: State}) {
  const queues = state.me?.pausedQueueIds ?? [];
  if (!queues.length || state.me?.awayAfterMissed) return null;
  return (
    <div id="paused-queues" class="missed" role="alert">
      <p>{t("queuesPaused", {queues: queues.join(", ")})}</p>
      <button type="button" class="primary" disabled={state.link.state !== "open"} onClick={() => setPresence("PRESENCE_AVAILABLE")}>{t("backAvailable")}</button>
    </div>
  );
}

/** Routing took them for absent: what happened, and the way back. */
export function MissedOffers({state}: {state: State}) {
  const count = state.me?.awayAfterMissed ?? 0;
  if (!count) return null;
  return (
    <div id="missed-offers" class="missed" role="alert">
      <p>{t("missedAway", {count})}</p>
      <button type="button" class="primary" disabled={state.link.state !== "open"} onClick={() => setPresence("PRESENCE_AVAILABLE")}>{t("backAvailable")}</button>
    </div>
  );
}
