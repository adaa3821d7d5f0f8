// What the page knows. Changed in one place, shown by whoever listens.

const OPEN_MAX = 12;

export const state = {
  me: null,               // Agent
  demo: {},
  offers: [],
  assigned: [],           // Conversation
  workKnown: false,
  serverOffsetMs: 0,
  selected: "",
  threads: new Map(),     // conversation id -> {conversation, entries: Map(sequence -> Entry), opened, loadingEarlier, error}
  expanded: new Set(),    // `${entry id}:text|html`
  replyTo: new Map(),     // conversation id -> entry id chosen by the agent
  agentNames: new Map(),
  tab: "work",
  all: {items: [], next: "", loading: false, resolved: false},
  quarantine: {items: [], loading: false},
};

let listeners = [];
let scheduled = false;
export const listen = (listener) => { listeners.push(listener); };
export function changed() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

export const nowMs = () => Date.now() + state.serverOffsetMs;
export const takeServerTime = (ms) => { if (ms) state.serverOffsetMs = Number(ms) - Date.now(); };

export function threadOf(id) {
  let thread = state.threads.get(id);
  if (!thread) {
    thread = {conversation: {id}, entries: new Map(), opened: false, loadingEarlier: false, error: ""};
    state.threads.set(id, thread);
  }
  return thread;
}

export const sequenceOf = (entry) => Number(entry.sequence || 0);
export const entriesOf = (thread) => [...thread.entries.values()].sort((a, b) => sequenceOf(a) - sequenceOf(b));
export const lastSequenceOf = (thread) => Math.max(0, ...thread.entries.keys());
export const firstSequenceOf = (thread) => (thread.entries.size ? Math.min(...thread.entries.keys()) : 0);
export const ticketOf = (conversation) => conversation?.ticket || {};
export const isMine = (conversation) =>
  ticketOf(conversation).state === "TICKET_STATE_ASSIGNED" && ticketOf(conversation).agentId === state.me?.id;
export const agentName = (id) => (id === state.me?.id ? state.me.name || id : state.agentNames.get(id) || id);

export const isInbound = (entry) => entry.kind === "ENTRY_KIND_INBOUND";
export const isOpenObligation = (thread, entry) =>
  isInbound(entry) && (entry.obligation === "OBLIGATION_STATE_OPEN");

/** The inbound entry that a reply would answer: the agent's choice, else the latest unanswered, else the latest. */
export function answeredEntry(thread) {
  const inbound = entriesOf(thread).filter(isInbound);
  const chosen = state.replyTo.get(thread.conversation.id);
  return inbound.find((entry) => entry.id === chosen) ||
    inbound.findLast((entry) => isOpenObligation(thread, entry)) || inbound.at(-1) || null;
}

/** Entries that came; returns the sequence before which something is missing, or 0. */
export function mergeEntries(thread, entries) {
  for (const entry of entries || []) thread.entries.set(sequenceOf(entry), entry);
  const known = [...thread.entries.keys()].sort((a, b) => b - a);
  for (let i = 1; i < known.length; ++i) {
    if (known[i - 1] - known[i] > 1) return known[i - 1];
  }
  return 0;
}

/** Which conversations to close so that not too many are open: the ones looked at longest ago. */
export function toClose() {
  const open = [...state.threads.entries()].filter(([id, thread]) => thread.opened && id !== state.selected);
  return open.slice(0, Math.max(0, open.length - OPEN_MAX)).map(([id]) => id);
}

export function looked(id) {
  const thread = state.threads.get(id);
  if (!thread) return;
  state.threads.delete(id);
  state.threads.set(id, thread);
}

const draftName = (id) => `hark.draft.${state.me?.id}.${id}`;
export function readDraft(id) {
  try {
    return JSON.parse(localStorage.getItem(draftName(id))) || {};
  } catch {
    return {};
  }
}
/** False if the browser would not keep it. */
export function writeDraft(id, draft) {
  try {
    if (!draft.reply && !draft.note) localStorage.removeItem(draftName(id));
    else localStorage.setItem(draftName(id), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}
