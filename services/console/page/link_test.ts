import assert from "node:assert/strict";
import {test} from "node:test";
import type {ConsoleRequest, ConsoleResponse, ConsoleResponse_SignedIn} from "hark/v1";
import {Link, type Socket} from "./link.js";

/** A server that answers as it is told, one socket after another. */
class Server {
  sockets: FakeSocket[] = [];
  frames: ConsoleRequest[] = [];
  later: (() => void)[] = [];
  session: ConsoleResponse_SignedIn = {};
  answer: (frame: ConsoleRequest) => Omit<ConsoleResponse, "requestId"> | "nothing" = () => ({done: {}});
  ports = {
    open: () => {
      const socket = new FakeSocket(this);
      this.sockets.push(socket);
      return socket;
    },
    pause: () => Promise.resolve(),
    later: (_ms: number, what: () => void) => void this.later.push(what),
  };
  break() {
    this.sockets.at(-1)?.close(1006);
  }
}

class FakeSocket implements Socket {
  readyState = 0;
  onopen: Socket["onopen"] = null;
  onclose: Socket["onclose"] = null;
  onmessage: Socket["onmessage"] = null;
  constructor(private readonly server: Server) {
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }
  send(text: string) {
    const frame = JSON.parse(text) as ConsoleRequest;
    this.server.frames.push(frame);
    const answer = frame.signIn ? {signedIn: {sessionToken: "token", agent: {id: "ana"}, ...this.server.session}} : this.server.answer(frame);
    if (answer === "nothing") return;
    queueMicrotask(() => this.onmessage?.({data: JSON.stringify({requestId: frame.requestId, ...answer})}));
  }
  close(code = 1000, reason = "") {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => this.onclose?.({code, reason}));
  }
}

async function signedIn(session: ConsoleResponse_SignedIn = {}) {
  const server = new Server();
  server.session = session;
  const states: string[] = [];
  const told: ConsoleResponse[] = [];
  const link = new Link({frame: (frame) => told.push(frame), state: (state) => states.push(state), signedIn: () => {}}, server.ports);
  await link.signIn({login: "ana", password: "secret"});
  return {server, link, states, told};
}

async function until(what: () => boolean) {
  for (let i = 0; i < 1000; ++i) {
    if (what()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail(`never became true: ${what}`);
}

test("a moment after frames came the server learns what it need not keep", async () => {
  const {server} = await signedIn();
  for (let offset = 1; offset <= 3; ++offset) server.sockets[0]?.onmessage?.({data: JSON.stringify({offset: String(offset), work: {}})});
  assert.equal(server.later.length, 1, "once for all of them");
  server.later.pop()?.();
  assert.deepEqual(server.frames.slice(1), [{heard: {offset: "3"}}]);
});

test("an answer finds its question by number, and what has none is told", async () => {
  const {server, link, told} = await signedIn();
  server.answer = (frame) => ({conversation: {conversation: {id: frame.open?.conversationId ?? ""}}});
  const [one, two] = await Promise.all([link.request({open: {conversationId: "a"}}), link.request({open: {conversationId: "b"}})]);
  assert.equal(one.conversation?.conversation?.id, "a");
  assert.equal(two.conversation?.conversation?.id, "b");
  server.sockets[0]?.onmessage?.({data: JSON.stringify({work: {nowMs: "5"}})});
  assert.deepEqual(told, [{work: {nowMs: "5"}}]);
});

test("a refusal rejects with its reason", async () => {
  const {server, link} = await signedIn();
  server.answer = () => ({failed: {reason: "NEWER_ENTRIES", message: "read first"}});
  await assert.rejects(link.command("reply", {idempotencyKey: "k", text: "hi"}), {reason: "NEWER_ENTRIES", message: "read first"});
});

test("a command whose connection breaks goes out again under its key until it is answered", async () => {
  const {server, link, states} = await signedIn();
  server.answer = () => "nothing";
  const sent = link.command("addNote", {idempotencyKey: "key-1", conversationId: "c", text: "words"});
  await until(() => server.frames.length === 2);
  server.answer = () => ({done: {entry: {id: "e"}}});
  server.break();
  assert.equal((await sent).done?.entry?.id, "e");
  const commands = server.frames.filter((frame) => frame.command).map((frame) => frame.command?.addNote);
  assert.deepEqual(commands, [{idempotencyKey: "key-1", conversationId: "c", text: "words"}, {idempotencyKey: "key-1", conversationId: "c", text: "words"}]);
  assert.deepEqual(states, ["connecting", "open", "lost", "connecting", "open"]);
  assert.deepEqual(server.frames[2]?.signIn, {sessionToken: "token"}, "it signs in by its token");
});

test("a question is asked once: a lost connection rejects it", async () => {
  const {server, link} = await signedIn();
  server.answer = () => "nothing";
  const asked = link.request({listQuarantine: {}});
  server.break();
  await assert.rejects(asked, {reason: "LOST"});
});

test("a command of unknown outcome is repeated under the same key, and no oftener than is sensible", async () => {
  const {server, link} = await signedIn();
  server.answer = () => ({failed: {reason: "OUTCOME_UNKNOWN", message: "who knows"}});
  await assert.rejects(link.command("addNote", {idempotencyKey: "k", text: "x"}), {reason: "OUTCOME_UNKNOWN"});
  assert.equal(server.frames.filter((frame) => frame.command?.addNote?.idempotencyKey === "k").length, 5);
});

test("a command that may have acted stays unknown, whatever keeps the store from being asked again", async () => {
  const {server, link} = await signedIn();
  let tries = 0;
  server.answer = () => ({failed: {reason: tries++ ? "STORE_UNAVAILABLE" : "OUTCOME_UNKNOWN", message: "no"}});
  await assert.rejects(link.command("addNote", {idempotencyKey: "k1", conversationId: "con_1", text: "hello"}), {reason: "OUTCOME_UNKNOWN"});
  assert.equal(tries, 5);
  tries = 1;
  await assert.rejects(link.command("addNote", {idempotencyKey: "k2", conversationId: "con_1", text: "hello"}), {reason: "STORE_UNAVAILABLE"});
});

test("a session that no longer holds ends at the sign-in, not in a loop", async () => {
  const {server, states} = await signedIn();
  server.sockets[0]?.close(1008, "sign in again");
  await until(() => states.at(-1) === "out");
  assert.equal(server.sockets.length, 1);
});

test("after a lost connection it goes on where it was, and takes nothing twice", async () => {
  const {server, told} = await signedIn({epoch: "7"});
  const tell = (frame: ConsoleResponse) => server.sockets.at(-1)?.onmessage?.({data: JSON.stringify(frame)});
  tell({offset: "1", work: {nowMs: "1"}});
  tell({offset: "2", work: {nowMs: "2"}});
  server.session = {epoch: "7", resumed: true};
  server.break();
  await until(() => server.frames.length === 2 && server.sockets.length === 2);
  assert.deepEqual(server.frames[1]?.signIn, {sessionToken: "token", resume: {epoch: "7", offset: "2"}});
  await until(() => server.sockets[1]?.readyState === 1);
  await new Promise((resolve) => setImmediate(resolve));
  tell({offset: "2", work: {nowMs: "2"}});
  tell({offset: "3", work: {nowMs: "3"}});
  assert.deepEqual(told.map((frame) => frame.work?.nowMs), ["1", "2", "3"]);
});

test("a frame that does not follow the last one is not taken in: the session is resumed before it", async () => {
  const {server, told} = await signedIn({epoch: "7"});
  server.sockets[0]?.onmessage?.({data: JSON.stringify({offset: "1", work: {nowMs: "1"}})});
  server.sockets[0]?.onmessage?.({data: JSON.stringify({offset: "3", work: {nowMs: "3"}})});
  await until(() => server.sockets.length === 2 && server.frames.length === 2);
  assert.deepEqual(server.frames[1]?.signIn?.resume, {epoch: "7", offset: "1"});
  assert.equal(told.length, 1);
});
