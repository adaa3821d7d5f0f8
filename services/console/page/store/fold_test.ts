import assert from "node:assert/strict";
import {test} from "node:test";
import type {Entry} from "hark/v1";
import {foldFrame, foldOpened, gapBefore, mergeEntries, openThread} from "./fold.js";
import {answerable, initialState, isMine, type State} from "./state.js";

const entry = (sequence: number, more: Partial<Entry> = {}): Entry => ({id: `e${sequence}`, sequence: String(sequence), kind: "ENTRY_KIND_INBOUND", ...more});
const sequences = (entries: readonly Entry[]) => entries.map((one) => Number(one.sequence));
const conversation = {id: "c1", lastSequence: "9", ticket: {id: "t1", state: "TICKET_STATE_ASSIGNED" as const, agentId: "ana"}};
const withConversation = (): State => openThread({...initialState, me: {id: "ana"}}, "c1");

test("entries come in any order and twice, and stand in order and once", () => {
  const merged = mergeEntries([entry(4), entry(5)], [entry(2), entry(5, {delivery: "DELIVERY_STATE_SENT"}), entry(3)]);
  assert.deepEqual(sequences(merged), [2, 3, 4, 5]);
  assert.equal(merged[3]?.delivery, "DELIVERY_STATE_SENT", "the later word holds");
});

test("a gap is found where it is nearest the end", () => {
  assert.equal(gapBefore([entry(1), entry(3), entry(4), entry(7)]), 7);
  assert.equal(gapBefore([entry(3), entry(4)]), 0, "what is before the first is earlier, not missing");
});

test("an update that brings entries alone leaves the conversation as it was known", () => {
  let state = foldFrame(withConversation(), {conversation: {conversation, entries: [entry(9)]}}, 0);
  state = foldFrame(state, {conversation: {conversation: {id: "c1"}, entries: [entry(8)]}}, 0);
  const thread = state.threads.get("c1");
  assert.deepEqual(sequences(thread?.entries ?? []), [8, 9]);
  assert.equal(thread?.conversation.ticket?.id, "t1");
  assert.ok(isMine(state, thread?.conversation));
});

test("obligations that are told alone join those that are known, in the conversation and in the agent's work", () => {
  const work = {work: {agent: {id: "ana"}, assigned: [{...conversation, openObligations: ["e8"]}]}};
  let state = foldFrame(foldFrame(withConversation(), work, 0), {conversation: {conversation: {...conversation, openObligations: ["e8"]}}}, 0);
  const more = {conversation: {...conversation, lastSequence: "10", openObligations: ["e10"]}, onlyNewObligations: true};
  state = foldFrame(foldFrame(state, {conversation: more}, 0), {conversation: more}, 0);
  assert.deepEqual(state.threads.get("c1")?.conversation.openObligations, ["e8", "e10"]);
  assert.deepEqual(state.assigned[0]?.openObligations, ["e8", "e10"]);
  state = foldFrame(state, {conversation: {conversation: {...conversation, lastSequence: "11"}}}, 0);
  assert.equal(state.threads.get("c1")?.conversation.openObligations, undefined, "told in full, there are none");
});

test("a merge numbers everything anew, so what was known before it goes", () => {
  const before = foldFrame(withConversation(), {conversation: {conversation, entries: [entry(1), entry(2)]}}, 0);
  const merged = {...conversation, mergedCustomerIds: ["con_2"]};
  const after = foldFrame(before, {conversation: {conversation: merged, entries: [entry(3), entry(4)]}}, 0);
  assert.deepEqual(sequences(after.threads.get("c1")?.entries ?? []), [3, 4]);
  const later = foldFrame(after, {conversation: {conversation: merged, entries: [entry(5)]}}, 0);
  assert.deepEqual(sequences(later.threads.get("c1")?.entries ?? []), [3, 4, 5]);
  const apart = foldFrame(later, {conversation: {conversation, entries: [entry(3), entry(5)]}}, 0);
  assert.deepEqual(sequences(apart.threads.get("c1")?.entries ?? []), [3, 5], "what went back to the other is gone");
});

test("opened again within a page it goes on, opened far behind it starts afresh", () => {
  const near = foldOpened(foldFrame(withConversation(), {conversation: {conversation, entries: [entry(1), entry(2)]}}, 0), {conversation, entries: [entry(2), entry(3)]});
  assert.deepEqual(sequences(near.threads.get("c1")?.entries ?? []), [1, 2, 3]);
  const far = foldOpened(near, {conversation, entries: [entry(8), entry(9)]});
  assert.deepEqual(sequences(far.threads.get("c1")?.entries ?? []), [8, 9]);
});

test("work replaces what was known, by the server's clock", () => {
  const state = foldFrame(initialState, {work: {
    agent: {id: "ana"}, nowMs: "5000", offers: [{id: "late", expiresAtMs: "4000"}, {id: "open", expiresAtMs: "6000"}], assigned: [conversation],
  }}, 1000);
  assert.deepEqual(state.offers.map((offer) => offer.id), ["open"]);
  assert.equal(state.serverOffsetMs, 4000);
  assert.equal(state.me?.presence, undefined, "routing has not said it yet");
  assert.equal(foldFrame({...initialState, me: {presence: "PRESENCE_AWAY"}}, {work: {agent: {id: "ana"}}}, 0).me?.presence, "PRESENCE_AWAY", "nor anew");
});

test("colleagues who changed replace only themselves; notices go when they were seen elsewhere", () => {
  let state = foldFrame(initialState, {directory: {full: true, colleagues: [{id: "ana", name: "Ana"}, {id: "ben", name: "Ben"}]}}, 0);
  state = foldFrame(state, {directory: {colleagues: [{id: "ben", name: "Benjamin"}]}}, 0);
  assert.deepEqual([...state.colleagues.values()].map((one) => one.name), ["Ana", "Benjamin"]);
  state = foldFrame(state, {notices: {notices: [{id: "1"}, {id: "2"}]}}, 0);
  state = foldFrame(state, {notices: {notices: [{id: "2"}, {id: "3"}], seenIds: ["1"]}}, 0);
  assert.deepEqual(state.notices.map((notice) => notice.id), ["2", "3"]);
});

test("who is here is known until they leave", () => {
  let state = foldFrame(withConversation(), {attention: {conversationId: "c1", agentId: "ben", typing: true}}, 1000);
  assert.deepEqual(state.threads.get("c1")?.attention.get("ben"), {typing: true});
  state = foldFrame(state, {attention: {conversationId: "c1", agentId: "ana"}}, 1000);
  assert.equal(state.threads.get("c1")?.attention.has("ana"), false, "not oneself");
  state = foldFrame(state, {attention: {conversationId: "c1", agentId: "ben", gone: true}}, 2000);
  assert.equal(state.threads.get("c1")?.attention.size, 0);
});

test("an answer is to the latest message that is owed one, else to the latest", () => {
  const thread = {...withConversation().threads.get("c1")!, entries: [
    entry(1, {obligation: "OBLIGATION_STATE_OPEN"}), entry(2, {obligation: "OBLIGATION_STATE_ANSWERED"}), entry(3, {kind: "ENTRY_KIND_NOTE"})]};
  assert.equal(answerable(thread)?.id, "e1");
  assert.equal(answerable({...thread, entries: thread.entries.slice(1)})?.id, "e2");
});
