// A new offer is heard and seen: two soft tones, a line for screen readers, the title, and a desktop notification when the
// page is not in sight.
import type {Offer} from "hark/v1";
import {channelName, senderName} from "./format.js";
import {settings} from "./settings.js";
import type {State} from "./store/state.js";
import {say} from "./views/announcer.js";
import {t} from "./words/words.js";

let audio: AudioContext | undefined;
/** Outside the page, and of which offers each tells. */
const shown = new Map<Notification, readonly Offer[]>();
let standing: readonly Offer[] = [];

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

/** What comes within this long is one piece of news: it sounds, is said and is shown once. */
const TOGETHER_MS = 300;
let untold: readonly Offer[] = [];

export function offersCame(before: readonly Offer[], {offers}: State): void {
  const isIn = (list: readonly Offer[]) => (offer: Offer) => list.some(({id}) => id === offer.id);
  const fresh = offers.filter((offer) => !isIn(before)(offer));
  if (fresh.length && !untold.length) setTimeout(tellOffers, TOGETHER_MS);
  untold = [...untold, ...fresh];
  standing = offers;
  for (const [notice, about] of shown) {
    if (about.some(isIn(offers))) continue;
    notice.close();
    shown.delete(notice);
  }
  document.title = offers.length ? `(${offers.length}) Hark` : "Hark";
}

/** Those that are gone again are no news. */
function tellOffers(): void {
  const news = standing.filter(({id}) => untold.some((offer) => offer.id === id));
  untold = [];
  if (!news.length) return;
  const text = newsOf(news);
  say(text);
  if (settings().sound) chime();
  const notice = showOutside(text, news[0]?.id ?? "");
  if (notice) shown.set(notice, news);
}

function newsOf(offers: readonly Offer[]): string {
  const [first] = offers;
  if (offers.length > 1) return t("newOffers", {count: offers.length, who: offers.map(({ticket}) => senderName(ticket?.sender)).join(", ")});
  return t("newOffer", {who: senderName(first?.ticket?.sender), what: first?.ticket?.subject || channelName(first?.ticket?.channel)});
}

/** Asked on a click alone. False if the browser will not have it. */
export async function askForDesktopNotices(): Promise<boolean> {
  return "Notification" in window && (await Notification.requestPermission()) === "granted";
}
