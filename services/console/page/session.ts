// The signed-in session: joins the link to the state. Everything that the page does goes through `store`, `link` and `drafts`.
import type {Channel, ConsoleResponse, ConsoleResponse_SignedIn, ConsoleResponse_Work, Presence} from "hark/v1";
import {Drafts} from "./compose/drafts.js";
import {keptDraft, saveUnsaved} from "./compose/server_drafts.js";
import {fillGap, open} from "./conversations.js";
import {followMerge, nameOthers} from "./customers.js";
import {refusalText} from "./format.js";
import {Link, type LinkState, reasonOf} from "./link.js";
import {offersCame, presenceCame} from "./notify.js";
import {overviewCame, watchFloor} from "./floor.js";
import {foldFrame} from "./store/fold.js";
import {initialState, type State} from "./store/state.js";
import {Store} from "./store/store.js";
import {say} from "./views/announcer.js";
import {t} from "./words/words.js";

// Of this tab: another tab may be another agent.
const TOKEN = "hark.session";
const PRESENCE = "hark.presence";
/** By the server's clock. */
let signedInAtMs = 0;

export const store = new Store();
export const link = new Link({frame: onFrame, state: onState, signedIn: onSignedIn});
export let drafts = new Drafts(localStorage, "");

function onState(state: LinkState, retryMs: number, reason: string): void {
  if (state === "out") return forget(reason && t("refusedSignedOut"));
  store.patch({link: {state, retryAtMs: performance.now() + retryMs, reason}});
}

function onSignedIn(signedIn: ConsoleResponse_SignedIn): void {
  sessionStorage.setItem(TOKEN, signedIn.sessionToken ?? "");
  signedInAtMs = Number(signedIn.nowMs ?? 0);
  // Downloads carry no header of ours, so they are let in by a cookie.
  fetch("/console/session", {method: "POST", headers: {Authorization: `Bearer ${signedIn.sessionToken}`}}).catch(() => {});
  const agentId = signedIn.agent?.id ?? "";
  if (agentId !== store.state.me?.id) drafts = new Drafts(localStorage, agentId);
  store.change((state) => ({
    ...state, me: {...state.me, ...signedIn.agent}, presenceKnown: false, setup: signedIn.setup ?? state.setup,
    serverOffsetMs: signedIn.nowMs ? Number(signedIn.nowMs) - Date.now() : state.serverOffsetMs,
    threads: signedIn.resumed ? state.threads : onlySelected(state),
  }));
  // What the server is to tell, it is told anew; the answer shows what was missed. After a resumed session that is what was
  // asked for while the connection was lost.
  queueMicrotask(() => {
    const {selected, section, threads, overview} = store.state;
    if (selected && (!signedIn.resumed || (section === "desk" && !threads.get(selected)?.opened))) void open(selected);
    if (section === "floor" && !(signedIn.resumed && overview)) watchFloor(true);
  });
  queueMicrotask(saveUnsaved);
}

function onlySelected(state: State): State["threads"] {
  const selected = state.threads.get(state.selected);
  return new Map(selected ? [[state.selected, {...selected, opened: false}]] : []);
}

function onFrame(frame: ConsoleResponse): void {
  const before = store.state;
  store.change((state) => foldFrame(state, frame, Date.now()));
  if (frame.work) {
    offersCame(before.offers, store.state);
    presenceCame(before, store.state);
    keepPresence(frame.work);
  }
  if (frame.conversation) {
    void fillGap(frame.conversation.conversation?.id ?? "");
    followMerge(frame.conversation);
    void nameOthers(frame.conversation.conversation?.id ?? "");
  }
  if (frame.overview) overviewCame(before.overview);
  if (frame.draftKept) keptDraft(frame.draftKept);
}

/**
 * Whoever sits before the page is not offline. After a long loss routing took them for gone, and what they last were still
 * holds; who comes afresh is away until they say otherwise. Later, offline is what a supervisor made of them, and stays.
 */
function keepPresence({agent, nowMs}: ConsoleResponse_Work): void {
  if (!agent?.presence || Number(nowMs ?? 0) < signedInAtMs) return;  // not known yet, or told before and heard again
  const arrives = !store.state.presenceKnown;
  if (arrives) store.patch({presenceKnown: true});
  if (agent.presence !== "PRESENCE_OFFLINE" || !arrives) return sessionStorage.setItem(PRESENCE, agent.presence);
  const last = (sessionStorage.getItem(PRESENCE) as Presence | null) ?? "PRESENCE_AWAY";
  if (last !== "PRESENCE_OFFLINE") setPresence(last);
}

/** One after the other, so that the last one said holds. */
let presenceSaid: Promise<unknown> = Promise.resolve();

/** What the agent takes stays as it is, if nothing else is said. */
export function setPresence(presence: Presence, channels: readonly Channel[] = store.state.me?.channels ?? []): void {
  sessionStorage.setItem(PRESENCE, presence);
  presenceSaid = presenceSaid.then(() => link.request({setPresence: {presence, channels: [...channels]}}))
    .catch((error: unknown) => say(refusalText(error), "problem"));
}

export async function beginWrapUp(): Promise<void> {
  await link.request({beginWrapUp: {}}).catch((error: unknown) => say(refusalText(error), "problem"));
}

export async function endWrapUp(): Promise<void> {
  await link.request({endWrapUp: {}}).catch((error: unknown) => say(refusalText(error), "problem"));
}

export function seeNotices(ids: string[]): void {
  store.change((state) => ({...state, notices: state.notices.filter((notice) => !ids.includes(notice.id ?? ""))}));
  void link.request({seeNotices: {noticeIds: ids}}).catch(() => {});  // told again at the next sign-in
}

// ---- signing in and out

/** Everything of the agent leaves the page. */
function forget(reason: string): void {
  sessionStorage.removeItem(TOKEN);
  const {selected, section} = store.state;
  store.change(() => ({...initialState, selected, section, link: {state: "out", retryAtMs: 0, reason}}));
}

/** Here some refusals mean something else. */
function signInTrouble(error: unknown): string {
  switch (reasonOf(error)) {
    case "LOST": return t("unreachable");
    case "UNAUTHENTICATED": return t("signInWrong");
    case "OVERLOADED": return t("signInTooOften");
    default: return refusalText(error);
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  try {
    await link.signIn({login, password});
  } catch (error) {
    forget(signInTrouble(error));
  }
}

export async function signOut(everywhere = false): Promise<void> {
  sessionStorage.removeItem(PRESENCE);
  // Without the server the cookie and the token go by themselves; drafts stay on this machine.
  await Promise.allSettled([link.request({signOut: {everywhere}}), fetch("/console/session", {method: "DELETE"})]);
  link.signOut();
}

/** After a reload of the page. */
export function resume(): void {
  const token = sessionStorage.getItem(TOKEN);
  if (token) link.resume(token);
}
export const hasSession = (): boolean => Boolean(sessionStorage.getItem(TOKEN));
