// A call that is going on, and where it stands in words (pure).
import type {CallProgress, Entry} from "hark/v1";
import {agentName, type State, type Thread} from "./state.js";
import {t} from "../words/words.js";

export interface LiveCall {
  thread: Thread;
  entry: Entry;
  call: CallProgress;
}

export const isLive = ({state, endedAtMs}: CallProgress): boolean => {
  switch (state) {
    case "CALL_STATE_RINGING": case "CALL_STATE_QUEUED": case "CALL_STATE_OFFERED": case "CALL_STATE_ANSWERED": case "CALL_STATE_HELD":
    case "CALL_STATE_DIALING": case "CALL_STATE_VOICEMAIL": return !Number(endedAtMs ?? 0);
    default: return false;
  }
};

/** The newest call of a conversation that is not over. */
export function liveCall(thread: Thread | undefined): LiveCall | undefined {
  const entry = thread?.entries.findLast(({call}) => call && isLive(call));
  return thread && entry?.call ? {thread, entry, call: entry.call} : undefined;
}

/** Who is on the phone is so, whatever they look at. */
export function myCall(state: State): LiveCall | undefined {
  for (const thread of state.threads.values()) {
    const live = thread.opened ? liveCall(thread) : undefined;
    if (live && isMyCall(state, live) && isTalking(live)) return live;
  }
  return undefined;
}

export const isMyCall = (state: State, {call}: LiveCall): boolean => Boolean(call.agentId) && call.agentId === state.me?.id;
export const isTalking = ({call}: LiveCall): boolean => call.state === "CALL_STATE_ANSWERED" || call.state === "CALL_STATE_HELD";
/** A call that the customer made: one that we made can be held and ended only. */
export const canBePassedOn = (live: LiveCall): boolean => isTalking(live) && live.entry.kind === "ENTRY_KIND_INBOUND" && !live.call.number;

export const askedName = (state: State, {consult}: CallProgress): string => agentName(state, consult?.agentId) || consult?.number || "";

/** Where it stands, and since when. */
export function standing(state: State, live: LiveCall): {words: string; sinceMs: number; more: string} {
  const {call} = live;
  const who = agentName(state, call.agentId);
  const asked = askedName(state, call);
  const since = (words: string, ms: string | undefined, more = "") => ({words, sinceMs: Number(ms ?? 0), more});
  const rings = call.consult && !call.consult.talking ? t(call.consult.passingOn ? "callPassingOn" : "callAskedRings", {who: asked}) : "";
  if (call.consult?.talking) return since(t("callConsulting", {who: asked}), call.heldAtMs, t("callHearsMusic"));
  switch (call.state) {
    case "CALL_STATE_ANSWERED":
      return since(call.number ? t("callOutside", {number: call.number}) : isMyCall(state, live) ? t("callTalking") : t("callTalks", {who}), call.answeredAtMs, rings);
    case "CALL_STATE_HELD": return since(t("callOnHold"), call.heldAtMs, rings || t("callHearsMusic"));
    case "CALL_STATE_OFFERED": return since(isMyCall(state, live) ? t("callYourPhone") : who ? t("callAskedRings", {who}) : t("callOffered"), "0", rings);
    case "CALL_STATE_DIALING": return since(isMyCall(state, live) ? t("callDialingYou") : t("callDialing"), call.startedAtMs);
    case "CALL_STATE_VOICEMAIL": return since(t("callLeavesMessage"), "0");
    default: return since(t("callWaits"), call.startedAtMs);
  }
}

/** 2:13, or 1:02:13. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:${two(Math.floor(seconds / 60) % 60)}` : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}
