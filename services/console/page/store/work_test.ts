import assert from "node:assert/strict";
import {test} from "node:test";
import type {Conversation, Ticket} from "hark/v1";
import {initialState, type State} from "./state.js";
import {workInOrder, workOf} from "./work.js";

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
