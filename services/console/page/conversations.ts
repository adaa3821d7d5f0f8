// Opening conversations, their earlier entries, the lists and the search.
import {nameOthers} from "./customers.js";
import {refusalText} from "./format.js";
import {reasonOf} from "./link.js";
import {link, store} from "./session.js";
import {foldFrame, foldOpened, gapBefore, openThread, withThread} from "./store/fold.js";
import {emptyList, sequenceOf, type State} from "./store/state.js";
import {settleAllDrafts} from "./compose/server_drafts.js";

/** Conversations that the server tells about at once; the one looked at longest ago is closed for another. */
const OPEN_MAX = 12;

/** Ends when the conversation is there, or why not is told. */
export async function select(id: string): Promise<void> {
  if (location.hash.slice(1) !== id) location.hash = id;
  await open(id);
}

export async function open(id: string): Promise<void> {
  if (!id) return store.patch({selected: "", pane: "work"});
  store.change((state) => ({
    ...openThread(state, id), selected: id, openError: "", section: "desk", pane: "conversation",
    lookedAt: [...state.lookedAt.filter((other) => other !== id), id],
  }));
  if (store.state.threads.get(id)?.opened || !link.open) return;
  closeLongUnseen();
  store.change((state) => withThread(state, id, (thread) => ({...thread, opened: true})));
  try {
    const {conversation: update} = await link.request({open: {conversationId: id}});
    if (!update) return;
    const itsId = update.conversation?.id ?? id;
    if (itsId !== id) return openedByTicket(id, itsId);
    store.change((state) => foldOpened(state, update));
    settleAllDrafts(id, update.drafts ?? []);
    void fillGap(id);
    void loadTickets(id);
    void nameOthers(id);
  } catch (error) {
    store.change((state) => withThread(state, id, (thread) => ({...thread, opened: false})));
    if (reasonOf(error) === "LOST") return;  // opened again with the next connection
    forgetThread(id);
    store.change((state) => ({...state, openError: state.selected === id ? refusalText(error) : state.openError}));
  }
}

/** A ticket's id leads to its conversation, which has an id of its own. */
function openedByTicket(ticketId: string, conversationId: string): void {
  forgetThread(ticketId);
  location.replace(`#${conversationId}`);
}

export const forgetThread = (id: string): void => store.change((state) => {
  const threads = new Map(state.threads);
  threads.delete(id);
  return {...state, threads, lookedAt: state.lookedAt.filter((other) => other !== id)};
});

function closeLongUnseen(): void {
  const opened = store.state.lookedAt.filter((id) => store.state.threads.get(id)?.opened && id !== store.state.selected);
  for (const id of opened.slice(0, Math.max(0, opened.length - OPEN_MAX))) {
    forgetThread(id);
    link.request({close: {conversationId: id}}).catch(() => {});
  }
}

const filling = new Set<string>();

/** What is missing between known entries is asked for, step by step back, until the timeline is whole. */
export async function fillGap(id: string): Promise<void> {
  if (filling.has(id)) return;
  filling.add(id);
  try {
    for (;;) {
      const known = store.state.threads.get(id)?.entries ?? [];
      const before = gapBefore(known);
      if (!before) return;
      const answer = await link.request({loadTimeline: {conversationId: id, beforeSequence: String(before)}});
      store.change((state) => foldFrame(state, answer, Date.now()));
      if (store.state.threads.get(id)?.entries.length === known.length) return;
    }
  } catch {
    // With the next connection the conversation is opened again, and its gap looked for.
  } finally {
    filling.delete(id);
  }
}

export async function loadEarlier(id: string): Promise<void> {
  const thread = store.state.threads.get(id);
  const first = thread?.entries[0];
  if (!thread || !first || thread.loadingEarlier || sequenceOf(first) <= 1 || !link.open) return;
  const loading = (loadingEarlier: boolean) => store.change((state) => withThread(state, id, (was) => ({...was, loadingEarlier})));
  loading(true);
  try {
    const answer = await link.request({loadTimeline: {conversationId: id, beforeSequence: String(sequenceOf(first))}});
    store.change((state) => foldFrame(state, answer, Date.now()));
  } catch {
    // Asked again when the person scrolls on; the connection's state is shown above.
  } finally {
    loading(false);
  }
}

async function loadTickets(id: string): Promise<void> {
  try {
    const {tickets} = await link.request({listTickets: {conversationId: id}});
    store.change((state) => withThread(state, id, (thread) => ({...thread, tickets: tickets?.tickets ?? []})));
  } catch {
    // The pane does without.
  }
}

// ---- lists

type ListName = "found" | "all" | "quarantine";
const withList = <Name extends ListName>(name: Name, part: Partial<State[Name]>) =>
  store.change((state) => ({...state, [name]: {...state[name], ...part}}));

/** Reads into a list; what a later question of the same list has overtaken is dropped. */
const asked: Record<ListName, number> = {found: 0, all: 0, quarantine: 0};
async function load<Name extends ListName>(name: Name, read: () => Promise<Partial<State[Name]>>): Promise<void> {
  const number = ++asked[name];
  withList(name, {loading: true, error: ""} as Partial<State[Name]>);
  try {
    const part = await read();
    if (asked[name] === number) withList(name, {...part, loading: false});
  } catch (error) {
    if (asked[name] === number) withList(name, {loading: false, error: refusalText(error)} as Partial<State[Name]>);
  }
}

export const loadAll = (more = false): Promise<void> => load("all", async () => {
  const {all, allResolved} = store.state;
  const {conversations} = await link.request({listConversations: {all: allResolved, pageToken: more ? all.nextPage : ""}});
  return {items: [...(more ? all.items : []), ...(conversations?.conversations ?? [])], nextPage: conversations?.nextPageToken ?? ""};
});

export const loadQuarantine = (): Promise<void> => load("quarantine", async () => {
  const {quarantine} = await link.request({listQuarantine: {}});
  return {items: quarantine?.items ?? []};
});

export let searchedBackToMs = 0;
export async function search(query: string, more = false): Promise<void> {
  store.patch({query});
  if (!query.trim()) {
    ++asked.found;
    return store.patch({found: emptyList()});
  }
  await load("found", async () => {
    const before = store.state.found;
    const {found} = await link.request({search: {query: query.trim(), pageToken: more ? before.nextPage : ""}});
    searchedBackToMs = Number(found?.searchedBackToMs ?? 0);
    return {items: [...(more ? before.items : []), ...(found?.hits ?? [])], nextPage: found?.nextPageToken ?? ""};
  });
}
