import assert from "node:assert/strict";
import {test} from "node:test";
import type {ChatRequest, ChatResponse, SignedIdentity} from "hark/v1";
import {Memory, type Store} from "./memory";
import {Talk, type Socket} from "./talk";

class FakeStore implements Store {
  kept = new Map<string, string>();
  get length() {
    return this.kept.size;
  }
  key = (index: number) => [...this.kept.keys()][index] ?? null;
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onclose: Socket["onclose"] = null;
  onmessage: Socket["onmessage"] = null;
  said: ChatRequest[] = [];
  send = (text: string) => void this.said.push(JSON.parse(text) as ChatRequest);
  close = () => this.onclose?.({code: 1006});
  tell(frame: ChatResponse) {
    this.onmessage?.({data: JSON.stringify(frame)});
  }
  get writes() {
    return this.said.filter((frame) => frame.write).map((frame) => frame.write?.clientId);
  }
}

/** Everything that can happen without time passing has happened. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A page in a world whose time the test moves. */
class World {
  store = new FakeStore();
  tab: Store | null = new FakeStore();
  sockets: FakeSocket[] = [];
  timers: {at: number; run: () => void}[] = [];
  now = 1_000;
  ids = 0;
  user: SignedIdentity | null = null;
  /** How the site answers who its user is. */
  identity = () => Promise.resolve(this.user);
  asked = 0;
  memory = this.newMemory();
  talk = this.newTalk();

  newMemory() {
    return new Memory({localStorage: this.store, sessionStorage: this.tab}, "site");
  }
  newTalk() {
    return new Talk({
      account: "site", memory: this.memory, changed: () => {},
      ports: {
        open: () => {
          const socket = new FakeSocket();
          this.sockets.push(socket);
          return socket;
        },
        after: (ms, run) => {
          const timer = {at: this.now + ms, run};
          this.timers.push(timer);
          return () => void (this.timers = this.timers.filter((one) => one !== timer));
        },
        now: () => this.now, random: () => 0.5, newId: () => `m${++this.ids}`,
        identity: () => {
          ++this.asked;
          return this.identity();
        },
      },
    });
  }
  /** The next page in this browser. */
  async turnPage() {
    this.sockets = [];
    this.timers = [];
    this.memory = this.newMemory();
    this.talk = this.newTalk();
    await this.talk.goOn();
    await settled();
  }
  get socket() {
    return this.sockets.at(-1) as FakeSocket;
  }
  async connected(welcome: ChatResponse["welcome"] = {}) {
    await this.talk.connect();
    await settled();
    this.welcomed(welcome);
  }
  welcomed(welcome: ChatResponse["welcome"] = {}) {
    this.socket.onopen?.();
    this.socket.tell({welcome: {visitorToken: "T1", epoch: "E1", ...welcome}});
  }
  async pass(ms: number) {
    this.now += ms;
    for (const timer of this.timers.filter((one) => one.at <= this.now)) {
      this.timers = this.timers.filter((one) => one !== timer);
      timer.run();
      await settled();
    }
  }
}

test("what was written before there was a line is sent when there is one", async () => {
  const world = new World();
  world.talk.write("hello", []);
  await world.connected();
  assert.deepEqual(world.socket.writes, ["m1"]);
  world.socket.tell({acked: {clientId: "m1", offset: "1"}});
  assert.equal(world.talk.unsent.length, 0);
  assert.deepEqual([...world.store.kept.keys()], ["hark-chat:site:token:"]);
});

test("a message that was not acknowledged is sent again with its id, also by the next page", async () => {
  const world = new World();
  await world.connected();
  world.talk.write("hello", []);
  world.socket.close();
  await world.pass(1_000);
  world.socket.onopen?.();
  world.socket.tell({welcome: {visitorToken: "T1", epoch: "E1", resumed: true}});
  assert.deepEqual(world.socket.writes, ["m1"]);
  await world.turnPage();
  assert.equal(world.talk.begun, true);
  world.welcomed();
  assert.deepEqual(world.socket.writes, ["m1"]);
});

test("messages go out one after another, in their order, even when one has to wait", async () => {
  const world = new World();
  await world.connected();
  for (const text of ["a", "b", "c"]) world.talk.write(text, []);
  assert.deepEqual(world.socket.writes, ["m1"]);
  world.socket.tell({failed: {clientId: "m1", reason: "OVERLOADED", retryAfterMs: "500"}});
  assert.deepEqual(world.socket.writes, ["m1"]);
  await world.pass(500);
  world.socket.tell({acked: {clientId: "m1", offset: "1"}});
  world.socket.tell({acked: {clientId: "m2", offset: "2"}});
  assert.deepEqual(world.socket.writes, ["m1", "m1", "m2", "m3"]);
});

test("a message that the server refuses is kept, said so, and holds up nothing", async () => {
  const world = new World();
  await world.connected();
  world.talk.write("x".repeat(20_000), []);
  world.talk.write("short", []);
  world.socket.tell({failed: {clientId: "m1", reason: "TOO_LARGE", message: "too long"}});
  assert.deepEqual(world.socket.writes, ["m1", "m2"]);
  assert.equal(world.talk.unsent[0]?.refused, "too long");
  world.talk.discard("m1");
  assert.deepEqual(world.talk.unsent.map((one) => one.clientId), ["m2"]);
});

test("a message that ended the line by its size is kept and not sent again, nor by the next page", async () => {
  const world = new World();
  await world.connected();
  world.talk.write("\u0001".repeat(16_000), []);
  world.talk.write("short", []);
  world.socket.onclose?.({code: 1009});
  await world.pass(1_000);
  world.welcomed({resumed: true});
  assert.deepEqual(world.socket.writes, ["m2"]);
  await world.turnPage();
  world.welcomed();
  assert.deepEqual(world.socket.writes, ["m2"]);
  assert.equal(world.talk.unsent[0]?.refused, "");
});

test("a text fits by its bytes, not by its letters", () => {
  const {talk} = new World();
  assert(talk.fits("ā".repeat(8_192)));
  assert(!talk.fits("ā".repeat(8_193)));
});

test("the page goes on by epoch and offset, and says what it has", async () => {
  const world = new World();
  await world.connected();
  world.socket.tell({item: {offset: "1", text: "hi", agentName: "Ana"}});
  world.socket.tell({item: {offset: "2", text: "there", agentName: "Ana"}});
  assert.equal(world.talk.unread, 2);
  await world.pass(100);
  assert.deepEqual(world.socket.said.at(-1), {seen: {delivered: "2", read: "0"}});
  world.socket.close();
  assert.equal(world.talk.line, "lost");
  await world.pass(1_000);
  world.socket.onopen?.();
  assert.deepEqual(world.socket.said[0]?.hello, {accountId: "site", visitorToken: "T1", epoch: "E1", offset: "2"});
  world.socket.tell({welcome: {visitorToken: "T1", epoch: "E1", resumed: true, offset: "2"}});
  assert.equal(world.talk.items.length, 2);
  world.talk.readAll();
  assert.equal(world.talk.unread, 0);
});

test("what was seen right before the line broke is said again on the next one", async () => {
  const world = new World();
  await world.connected();
  world.socket.tell({item: {offset: "1", text: "hi", agentName: "Ana"}});
  world.talk.readAll();
  world.socket.close();
  await world.pass(1_000);
  world.welcomed({resumed: true, offset: "1"});
  assert.deepEqual(world.socket.said.at(-1), {seen: {delivered: "1", read: "1"}});
});

test("a gap is never shown: the page asks anew", async () => {
  const world = new World();
  await world.connected();
  world.socket.tell({item: {offset: "1", text: "hi"}});
  world.socket.tell({item: {offset: "3", text: "lost in between"}});
  assert.equal(world.talk.items.length, 1);
  assert.equal(world.talk.line, "lost");
});

test("told to start afresh, the page forgets what it showed and keeps what was not sent", async () => {
  const world = new World();
  await world.connected();
  world.socket.tell({item: {offset: "1", text: "old"}});
  world.talk.write("mine", []);
  world.socket.tell({reload: {why: "restored"}});
  assert.equal(world.socket.said.at(-1)?.hello?.epoch, "");
  world.socket.tell({welcome: {visitorToken: "T1", epoch: "E2", offset: "4"}});
  assert.equal(world.talk.items.length, 0);
  assert.deepEqual(world.socket.writes, ["m1", "m1"]);
  world.socket.tell({item: {offset: "5", text: "mine", clientId: "m1"}});
  assert.equal(world.talk.unsent.length, 0);
});

test("a token of no use is forgotten, and the chat begins anew", async () => {
  const world = new World();
  await world.connected();
  world.socket.onclose?.({code: 4001});
  await world.pass(1_000);
  world.socket.onopen?.();
  assert.equal(world.socket.said[0]?.hello?.visitorToken, "");
});

test("a page that is not welcome does not come back by itself", async () => {
  const world = new World();
  await world.connected();
  world.socket.tell({failed: {reason: "PERMISSION_DENIED", message: "pages of x may not open this chat"}});
  world.socket.onclose?.({code: 4003});
  await world.pass(120_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.talk.line, "ended");
  assert.equal(world.talk.why, "pages of x may not open this chat");
});

test("a line that went silent is given up and made anew", async () => {
  const world = new World();
  await world.connected();
  await world.pass(25_000);
  assert.deepEqual(world.socket.said.at(-1), {ping: {}});
  await world.pass(25_000);
  await world.pass(25_000);
  assert.equal(world.talk.line, "lost");
});

test("who signs in in the middle of a chat takes it along; who signs in next does not get it", async () => {
  const world = new World();
  await world.connected();
  world.socket.close();
  world.user = {externalId: "ana"};
  await world.connected();
  assert.equal(world.socket.said[0]?.hello?.visitorToken, "T1");
  world.socket.close();
  world.user = {externalId: "bob"};
  await world.talk.connect();
  world.socket.onopen?.();
  assert.equal(world.socket.said[0]?.hello?.visitorToken, "");
});

test("a signed-in user's answers are fetched by the next page, before anybody opens the chat", async () => {
  const world = new World();
  world.user = {externalId: "ana"};
  await world.connected();
  await world.turnPage();
  assert.equal(world.sockets.length, 1);
  world.welcomed();
  assert.equal(world.socket.said[0]?.hello?.visitorToken, "T1");
  world.socket.tell({item: {offset: "1", text: "hi", agentName: "Ana"}});
  assert.equal(world.talk.unread, 1);
});

test("where nobody has talked the site is not asked who its user is, and no chat is begun", async () => {
  const world = new World();
  await world.turnPage();
  assert.equal(world.asked, 0);
  assert.equal(world.talk.line, "idle");
});

test("another's chat on this browser begins none for who is there now", async () => {
  const world = new World();
  world.user = {externalId: "ana"};
  await world.connected();
  world.user = {externalId: "bob"};
  await world.turnPage();
  assert.equal(world.asked, 2);
  assert.equal(world.sockets.length, 0);
  assert.equal(world.talk.line, "idle");
});

test("a site that cannot say who its user is makes no stranger of them: the page asks again", async () => {
  const world = new World();
  world.user = {externalId: "ana"};
  await world.connected();
  world.identity = () => Promise.reject(new Error("the site is down"));
  await world.turnPage();
  assert.equal(world.talk.line, "lost");
  assert.equal(world.sockets.length, 0);
  await world.pass(1_000);
  assert.equal(world.talk.line, "lost");
  world.identity = () => Promise.resolve(world.user);
  await world.pass(2_000);
  assert.equal(world.sockets.length, 1);
  world.socket.onopen?.();
  assert.equal(world.socket.said[0]?.hello?.visitorToken, "T1");
});

test("a site that never says who its user is is asked again", async () => {
  const world = new World();
  world.identity = () => new Promise(() => {});
  void world.talk.connect();
  await world.pass(20_000);
  assert.equal(world.talk.line, "lost");
  world.identity = () => Promise.resolve(null);
  await world.pass(1_000);
  assert.equal(world.sockets.length, 1);
});

test("the next user of the browser gets no words of the one before, who finds them again", async () => {
  const world = new World();
  const [ana, bob] = [{externalId: "ana"}, {externalId: "bob"}];
  world.user = ana;
  await world.connected();
  world.socket.close();
  world.memory.draft = "half a thought";
  world.talk.introduce({name: "Ana"});
  world.talk.write("mine", []);
  for (const user of [bob, null]) {
    world.user = user;
    world.talk.identityChanged();
    assert.deepEqual(world.talk.unsent, []);
    assert.equal(world.memory.draft, "");
    await world.connected({visitorToken: `of ${user?.externalId}`});
    assert.deepEqual(world.socket.said.map((frame) => Object.keys(frame)[0]), ["hello"]);
    assert.equal(world.socket.said[0]?.hello?.introduction, undefined);
    assert.deepEqual([world.memory.draft, world.memory.introduction], ["", {}]);
  }
  world.user = ana;
  world.talk.identityChanged();
  await world.connected();
  assert.deepEqual(world.socket.said[0]?.hello?.introduction, {name: "Ana"});
  assert.deepEqual(world.socket.writes, ["m1"]);
  assert.equal(world.memory.draft, "half a thought");
});

test("who leaves the site takes what was said off the screen", async () => {
  const world = new World();
  world.user = {externalId: "ana"};
  await world.connected();
  const anas = world.socket;
  anas.tell({item: {offset: "1", text: "hi", agentName: "Eva"}});
  world.user = null;
  world.talk.identityChanged();
  assert.deepEqual([world.talk.items, world.talk.line, world.talk.user], [[], "idle", null]);
  anas.tell({item: {offset: "2", text: "late", agentName: "Eva"}});
  assert.deepEqual(world.talk.items, []);
  await world.talk.connect();
  world.socket.onopen?.();
  assert.deepEqual(world.socket.said[0]?.hello, {accountId: "site", visitorToken: "", epoch: "", offset: "0"});
});

test("what is written before the site has said who writes is that user's, after a reload as well", async () => {
  const world = new World();
  world.identity = () => Promise.reject(new Error("the site is down"));
  world.talk.write("early", []);
  await settled();
  assert.equal(world.store.length, 0);
  world.user = {externalId: "ana"};
  world.identity = () => Promise.resolve(world.user);
  await world.turnPage();
  world.welcomed();
  assert.deepEqual(world.socket.writes, ["m1"]);
});

for (const [browser, store] of Object.entries({"that is full": class extends FakeStore {
  override setItem = () => {
    throw new Error("QuotaExceededError");
  };
}, "that has none": null})) {
  test(`a browser ${browser} keeps the visitor and what is unsent for as long as the page lasts`, async () => {
    const world = new World();
    world.store = (store ? new store() : null) as FakeStore;
    world.tab = null;
    world.memory = world.newMemory();
    world.talk = world.newTalk();
    world.talk.write("hello", []);
    await world.connected();
    world.socket.close();
    await world.pass(1_000);
    world.welcomed({resumed: true});
    assert.equal(world.socket.said[0]?.hello?.visitorToken, "T1");
    assert.deepEqual(world.socket.writes, ["m1"]);
  });
}

test("waits longer each time, never longer than half a minute, never all at once", async () => {
  const world = new World();
  await world.connected();
  for (let i = 0; i < 8; ++i) {
    world.socket.onclose?.({code: 1006});
    const pause = (world.timers.find((one) => one.at > world.now)?.at ?? 0) - world.now;
    assert.ok(pause <= 30_000 && pause >= 500, String(pause));
    await world.pass(pause);
  }
});
