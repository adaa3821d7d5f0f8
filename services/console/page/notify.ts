// A new offer is heard and seen: two soft tones, a line for screen readers, the title, and a desktop notification when the
// page is not in sight.
import type {Offer} from "hark/v1";
import {channelName, personText} from "./format.js";
import {settings} from "./settings.js";
import type {State} from "./store/state.js";
import {say} from "./views/announcer.js";
import {t} from "./words/words.js";

let audio: AudioContext | undefined;
const shown = new Map<string, Notification>();

/** Browsers let a page sound only after the person has touched it. */
export function unlockSound(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

function chime(): void {
  if (!audio || audio.state !== "running") return;
  [660, 880].forEach((frequency, i) => {
    if (!audio) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const from = audio.currentTime + i * 0.16;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.08, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.4);
  });
}

/** Outside the page, while that is not in sight. */
function showOutside(text: string, tag: string): Notification | undefined {
  if (!settings().desktopNotices || !document.hidden || Notification.permission !== "granted") return undefined;
  const notice = new Notification("Hark", {body: text, tag, icon: "/console/icon.svg"});
  notice.onclick = () => { focus(); notice.close(); };
  return notice;
}

/** Who missed offers has hardly the page before them. */
export function presenceCame(before: State, {me}: State): void {
  const count = me?.awayAfterMissed ?? 0;
  if (!count || before.me?.awayAfterMissed === count) return;
  const text = t("missedAway", {count});
  say(text);
  showOutside(text, "missed");
}

export function offersCame(before: readonly Offer[], state: State): void {
  const known = new Set(before.map((offer) => offer.id));
  const fresh = state.offers.filter((offer) => !known.has(offer.id));
  for (const offer of fresh) {
    const who = offer.ticket?.sender?.name || personText(offer.ticket?.sender) || t("aCustomer");
    const text = t("newOffer", {who, what: offer.ticket?.subject || channelName(offer.ticket?.channel)});
    say(text);
    const notice = showOutside(text, offer.id ?? "");
    if (notice) shown.set(offer.id ?? "", notice);
  }
  if (fresh.length && settings().sound) chime();
  const standing = new Set(state.offers.map((offer) => offer.id));
  for (const [id, notice] of shown) {
    if (standing.has(id)) continue;
    notice.close();
    shown.delete(id);
  }
  document.title = state.offers.length ? `(${state.offers.length}) Hark` : "Hark";
}

/** Asked on a click alone. False if the browser will not have it. */
export async function askForDesktopNotices(): Promise<boolean> {
  return "Notification" in window && (await Notification.requestPermission()) === "granted";
}
