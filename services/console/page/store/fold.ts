// How the state follows what the server tells. Pure: the same state and frame give the same state.
import type {ConsoleResponse, ConsoleResponse_ConversationUpdate, ConsoleResponse_Work, Conversation, Entry, Offer} from "hark/v1";
import {newThread, sequenceOf, type State, type Thread} from "./state.js";

/** Entries of `more` replace those of the same sequence; the result is in order. */
export function mergeEntries(known: readonly Entry[], more: readonly Entry[] | undefined): readonly Entry[] {
  if (!more?.length) return known;
  const last = known.at(-1);
  const follows = !last || more.every((entry, i) => sequenceOf(entry) > (i ? sequenceOf(more[i - 1]!) : sequenceOf(last)));
  if (follows) return [...known, ...more];
  const bySequence = new Map(known.map((entry) => [sequenceOf(entry), entry]));
  for (const entry of more) bySequence.set(sequenceOf(entry), entry);
  return [...bySequence.values()].sort((a, b) => sequenceOf(a) - sequenceOf(b));
}

/** The sequence before which something is missing between known entries, nearest the end; 0 if nothing is. */
export function gapBefore(entries: readonly Entry[]): number {
  for (let i = entries.length - 1; i > 0; --i) {
    const sequence = sequenceOf(entries[i]!);
    if (sequence - sequenceOf(entries[i - 1]!) > 1) return sequence;
  }
  return 0;
}

export function withThread(state: State, id: string, change: (thread: Thread) => Thread): State {
  const before = state.threads.get(id);
  if (!before) return state;
  const after = change(before);
  return after === before ? state : {...state, threads: new Map(state.threads).set(id, after)};
}

export const openThread = (state: State, id: string): State =>
  state.threads.has(id) ? state : {...state, threads: new Map(state.threads).set(id, newThread(id))};

const expiryOf = ({expiresAtMs}: Offer): number => (expiresAtMs ? Number(expiresAtMs) : Number.MAX_SAFE_INTEGER);

export function foldWork(state: State, work: ConsoleResponse_Work, nowMs: number): State {
  const serverOffsetMs = work.nowMs ? Number(work.nowMs) - nowMs : state.serverOffsetMs;
  const now = nowMs + serverOffsetMs;
  return {
    ...state,
    me: {...state.me, ...work.agent, usedUnits: work.agent?.usedUnits ?? 0,
         wrapUpUntilMs: work.agent?.wrapUpUntilMs ?? "0", wrapUpOfferedMs: work.agent?.wrapUpOfferedMs ?? "0",
         wrapUpForced: work.agent?.wrapUpForced ?? false, awayAfterMissed: work.agent?.awayAfterMissed ?? 0,
         channels: work.agent?.channels ?? [], pausedQueueIds: work.agent?.pausedQueueIds ?? []},
    choices: work.choices ?? state.choices,
    serverOffsetMs,
    offers: (work.offers ?? []).filter((offer) => expiryOf(offer) > now).sort((a, b) => expiryOf(a) - expiryOf(b)),
    assigned: work.assigned ?? [],
    workKnown: true,
  };
}

/** What an update makes of the conversation as it was known. */
function updated(before: Conversation, {conversation = {}, onlyNewObligations}: ConsoleResponse_ConversationUpdate): Conversation {
  if (!onlyNewObligations) return conversation;
  return {...conversation, openObligations: [...new Set([...(before.openObligations ?? []), ...(conversation.openObligations ?? [])])]};
}

const replaced = (list: readonly Conversation[], update: ConsoleResponse_ConversationUpdate): readonly Conversation[] => {
  const id = update.conversation?.id;
  return list.some((other) => other.id === id) ? list.map((other) => (other.id === id ? updated(other, update) : other)) : list;
};

/** An update that has only an id brings entries alone. */
const isWhole = (conversation: Conversation): boolean => Boolean(conversation.lastSequence ?? conversation.ticket);

/** Another customer's entries came between, or went back: with a merge all are numbered anew. */
const renumbered = (thread: Thread, conversation: Conversation): boolean =>
  isWhole(conversation) && thread.entries.length > 0 &&
  (conversation.mergedCustomerIds?.length ?? 0) !== (thread.conversation.mergedCustomerIds?.length ?? 0);

export function foldConversation(state: State, update: ConsoleResponse_ConversationUpdate): State {
  const conversation = update.conversation;
  if (!conversation?.id) return state;
  const listed = isWhole(conversation)
    ? {...state, assigned: replaced(state.assigned, update), all: {...state.all, items: replaced(state.all.items, update)}}
    : state;
  return withThread(listed, conversation.id, (thread) => ({
    ...thread,
    conversation: isWhole(conversation) ? updated(thread.conversation, update) : thread.conversation,
    entries: mergeEntries(renumbered(thread, conversation) ? [] : thread.entries, update.entries),
    replyOptions: update.replyOptions ?? thread.replyOptions,
  }));
}

/**
 * The answer to Open. Further behind than one page: it starts afresh from the newest rather than pretend that nothing is
 * missing between.
 */
export function foldOpened(state: State, update: ConsoleResponse_ConversationUpdate): State {
  const id = update.conversation?.id ?? "";
  const first = update.entries?.[0];
  const afresh = withThread(state, id, (thread) => {
    const last = thread.entries.at(-1);
    const behind = first && last && sequenceOf(first) > sequenceOf(last) + 1;
    return {...thread, opened: true, entries: behind ? [] : thread.entries, attention: new Map()};
  });
  const folded = foldConversation(afresh, update);
  return (update.attention ?? []).reduce((folding, attention) => foldAttention(folding, {attention}), folded);
}

function foldAttention(state: State, {attention}: ConsoleResponse): State {
  if (!attention || attention.agentId === state.me?.id) return state;
  return withThread(state, attention.conversationId ?? "", (thread) => {
    const present = new Map(thread.attention);
    const who = attention.agentId ?? "";
    if (attention.gone) present.delete(who);
    else present.set(who, {typing: attention.typing ?? false});
    return {...thread, attention: present};
  });
}

function foldDirectory(state: State, {directory}: ConsoleResponse): State {
  const colleagues = new Map(directory?.full ? [] : state.colleagues);
  for (const colleague of directory?.colleagues ?? []) colleagues.set(colleague.id ?? "", colleague);
  return {...state, colleagues};
}

function foldNotices(state: State, {notices}: ConsoleResponse): State {
  const seen = new Set(notices?.seenIds);
  const fresh = new Set((notices?.notices ?? []).map((notice) => notice.id));
  const kept = state.notices.filter((notice) => !seen.has(notice.id ?? "") && !fresh.has(notice.id));
  return {...state, notices: [...kept, ...(notices?.notices ?? [])]};
}

export function foldFrame(state: State, frame: ConsoleResponse, nowMs: number): State {
  if (frame.work) return foldWork(state, frame.work, nowMs);
  if (frame.conversation) return foldConversation(state, frame.conversation);
  if (frame.attention) return foldAttention(state, frame);
  if (frame.directory) return foldDirectory(state, frame);
  if (frame.notices) return foldNotices(state, frame);
  if (frame.overview) return {...state, overview: frame.overview};
  return state;
}
