import assert from "node:assert/strict";
import {test} from "node:test";
import type {Conversation, Ticket} from "hark/v1";
import {initialState, type State} from "./state.js";
import {waitsSince, workInOrder, workOf} from "./work.js";

const held = (id: string, waitingSinceMs: number, ticket: Ticket = {}, openObligations: string[] = []): Conversation =>
  ({id, openObligations, ticket: {state: "TICKET_STATE_ASSIGNED", agentId: "ana", waitingSinceMs: String(waitingSinceMs), ...ticket}});
const ids = (conversations: readonly Conversation[]) => conversations.map(({id}) => id);

test("who is on the telephone comes first, then what is owed, then who is to be called back, then who is waited for, then what is on hold", () => {
  const state: State = {...initialState, me: {id: "ana"}, assigned: [
    held("hold", 1, {hold: {state: "customer"}}, ["e1"]), held("young", 9, {}, ["e2"]), held("quiet", 2), held("call", 8, {onTheLine: true}),
    held("old", 3, {}, ["e3"]), held("bens", 0, {agentId: "ben"}),
    {...held("back", 4), waitingCallbacks: [{entryId: "e4"}]}, {...held("wrote", 5, {}, ["e5"]), waitingCallbacks: [{entryId: "e6"}]},
  ]};
  const work = workOf(state);
  assert.deepEqual([ids(work.live), ids(work.due), ids(work.callbacks), ids(work.waiting), ids(work.held)],
    [["call"], ["old", "wrote", "young"], ["back"], ["quiet"], ["hold"]]);
  assert.deepEqual(ids(workInOrder(work)), ["call", "old", "wrote", "young", "back", "quiet", "hold"]);
});

test("a customer waits since their oldest message that is not answered, and not at all once all are", () => {
  const entries = [{id: "e1", acceptedAtMs: "10"}, {id: "e2", acceptedAtMs: "20"}, {id: "e3", acceptedAtMs: "30"}];
  const thread = (...owed: string[]) => ({conversation: held("one", 10, {}, owed), entries});
  assert.equal(waitsSince(thread("e3", "e2")), 20);
  assert.equal(waitsSince(thread()), 0, "answered, though the ticket began to wait at 10");
  assert.equal(waitsSince(thread("e3", "older")), 10, "what is not loaded came before");
});
