import assert from "node:assert/strict";
import {test} from "node:test";
import type {CallProgress, Entry} from "hark/v1";
import {canBePassedOn, clock, isTalking, liveCall, myCall, standing} from "./live_call.js";
import {initialState, newThread, type State, type Thread} from "./state.js";

const me = {id: "ana", name: "Ana"};
const threadWith = (...calls: CallProgress[]): Thread => ({
  ...newThread("con_1"), opened: true,
  entries: calls.map((call, i): Entry => ({id: `ent_${i}`, sequence: String(i + 1), kind: "ENTRY_KIND_INBOUND", call})),
});
const stateWith = (thread: Thread): State => ({
  ...initialState, me, threads: new Map([["con_1", thread]]), colleagues: new Map([["ben", {id: "ben", name: "Ben"}]]),
});
const told = (call: CallProgress) => {
  const thread = threadWith(call);
  const live = liveCall(thread);
  assert.ok(live);
  return standing(stateWith(thread), live);
};

test("the newest call that is not over is the live one", () => {
  assert.equal(liveCall(threadWith({state: "CALL_STATE_ENDED"})), undefined);
  assert.equal(liveCall(threadWith({state: "CALL_STATE_VOICEMAIL", endedAtMs: "5"})), undefined);
  assert.equal(liveCall(threadWith({state: "CALL_STATE_ANSWERED"}, {state: "CALL_STATE_ABANDONED", endedAtMs: "5"}))?.entry.id, "ent_0");
});

test("a call is mine while I talk, in whatever conversation", () => {
  assert.ok(myCall(stateWith(threadWith({state: "CALL_STATE_HELD", agentId: "ana"}))));
  assert.equal(myCall(stateWith(threadWith({state: "CALL_STATE_ANSWERED", agentId: "ben"}))), undefined);
  assert.equal(myCall(stateWith(threadWith({state: "CALL_STATE_OFFERED", agentId: "ana"}))), undefined, "nobody talks yet");
});

test("where it stands is said as it is, with since when", () => {
  assert.deepEqual(told({state: "CALL_STATE_ANSWERED", agentId: "ana", answeredAtMs: "7"}), {words: "Talking", sinceMs: 7, more: ""});
  assert.deepEqual(told({state: "CALL_STATE_ANSWERED", agentId: "ben", answeredAtMs: "7"}), {words: "Ben is talking", sinceMs: 7, more: ""});
  assert.equal(told({state: "CALL_STATE_HELD", agentId: "ana", heldAtMs: "9"}).sinceMs, 9);
  assert.equal(told({state: "CALL_STATE_HELD", agentId: "ana", consult: {agentId: "ben", talking: true}}).words, "Asking Ben");
  assert.equal(told({state: "CALL_STATE_ANSWERED", agentId: "ana", consult: {agentId: "ben"}}).more, "Ben’s phone rings");
  assert.equal(told({state: "CALL_STATE_ANSWERED", number: "+371"}).words, "Talking with +371, outside");
  assert.equal(told({state: "CALL_STATE_OFFERED", agentId: "ana"}).words, "Your phone rings: answer it to talk");
});

test("only a customer's call that an agent has can be passed on", () => {
  const can = (call: CallProgress, kind: Entry["kind"] = "ENTRY_KIND_INBOUND") => {
    const live = liveCall(threadWith(call));
    return live !== undefined && isTalking(live) && canBePassedOn({...live, entry: {...live.entry, kind}});
  };
  assert.ok(can({state: "CALL_STATE_ANSWERED", agentId: "ana"}));
  assert.ok(!can({state: "CALL_STATE_ANSWERED", number: "+371"}));
  assert.ok(!can({state: "CALL_STATE_ANSWERED", agentId: "ana"}, "ENTRY_KIND_REPLY"));
});

test("a clock counts minutes, then hours", () => {
  assert.deepEqual([0, 59_999, 133_000, 3_733_000, -5].map(clock), ["0:00", "0:59", "2:13", "1:02:13", "0:00"]);
});
