import assert from "node:assert/strict";
import {test} from "node:test";
import {fillIn, inOrderFor, unfilled} from "./canned.js";
import {destinationOf} from "./destination.js";
import {Drafts, emptyDraft, fingerprintOf, newerThan, settle, type KeyValueStorage, type LocalDraft} from "./drafts.js";

class Memory implements KeyValueStorage {
  items = new Map<string, string>();
  full = false;
  getItem = (name: string) => this.items.get(name) ?? null;
  setItem = (name: string, value: string) => {
    if (this.full) throw new Error("full");
    this.items.set(name, value);
  };
  removeItem = (name: string) => void this.items.delete(name);
}

const written = (text: string, more: Partial<LocalDraft> = {}): LocalDraft => ({...emptyDraft(3), text, dirty: true, ...more});

test("a draft is there again after the page was closed, each agent's and each entry's its own", () => {
  const memory = new Memory();
  const before = new Drafts(memory, "ana");
  before.put("c1", "e1", written("half an ans"));
  before.put("c1", "", written("a note"));
  before.choose("c1", {target: "e1", mode: "note"});
  const after = new Drafts(memory, "ana");
  assert.equal(after.draft("c1", "e1")?.text, "half an ans");
  assert.equal(after.draft("c1", "")?.text, "a note");
  assert.deepEqual([after.of("c1").target, after.of("c1").mode], ["e1", "note"]);
  assert.equal(new Drafts(memory, "ben").draft("c1", "e1"), undefined);
});

test("what was sent leaves nothing behind", () => {
  const memory = new Memory();
  const drafts = new Drafts(memory, "ana");
  drafts.put("c1", "e1", written("words"));
  drafts.put("c1", "e1", undefined);
  assert.equal(memory.items.size, 0);
});

test("a browser that keeps nothing is told of, and the page goes on with what it has", () => {
  const memory = new Memory();
  memory.full = true;
  const drafts = new Drafts(memory, "ana");
  drafts.put("c1", "e1", written("words"));
  assert.equal(drafts.kept, false);
  assert.equal(drafts.draft("c1", "e1")?.text, "words");
});

test("a broken record is an empty one", () => {
  const memory = new Memory();
  memory.items.set("hark.drafts.ana.c1", "{not json");
  assert.deepEqual(new Drafts(memory, "ana").of("c1").drafts, {});
});

test("the same words to the same entry are the same attempt; a change of either is another", () => {
  assert.equal(fingerprintOf("e1", written("hello ")), fingerprintOf("e1", written("hello")));
  assert.notEqual(fingerprintOf("e1", written("hello")), fingerprintOf("e2", written("hello")));
  assert.notEqual(fingerprintOf("e1", written("hello")), fingerprintOf("e1", written("hello", {switch: {address: "tel:+371"}})));
});

test("the server's draft stands unless this page has unsaved words of its own", () => {
  const kept = {text: "from the other page", revision: "7"};
  assert.deepEqual(settle(undefined, kept, 9), {keep: {text: "from the other page", attachments: [], switch: undefined, seen: 9, revision: "7", dirty: false}});
  const saved = settle(written("old", {dirty: false, revision: "5"}), kept, 9);
  assert.ok("keep" in saved && saved.keep.text === "from the other page" && saved.keep.seen === 3);
  const ahead = settle(written("mine", {revision: "7"}), kept, 9);
  assert.ok("keep" in ahead && ahead.keep.text === "mine");
});

test("an attempt that began on another machine is repeated under its key", () => {
  const begun = settle(undefined, {entryId: "e1", text: "words", revision: "2", idempotencyKey: "key"}, 1);
  assert.ok("keep" in begun && begun.keep.attempt?.key === "key");
  assert.equal("keep" in begun && begun.keep.attempt?.fingerprint, fingerprintOf("e1", written("words")));
});

test("what was sent elsewhere does not clash with new words, and takes the same old ones along", () => {
  const further = settle(written("new words", {revision: "5"}), {revision: "7"}, 9);
  assert.ok("keep" in further && further.keep.text === "new words" && further.keep.revision === "7" && further.keep.dirty);
  const old = settle(written("sent words", {revision: "5", dirty: false}), {revision: "7"}, 9);
  assert.ok("keep" in old && old.keep.text === "");
});

test("two drafts that both changed are put before a person, unless they say the same", () => {
  const both = settle(written("mine", {revision: "5"}), {text: "theirs", revision: "7"}, 9);
  assert.ok("mine" in both && both.mine.text === "mine" && both.theirs.text === "theirs");
  const same = settle(written("the same", {revision: "5"}), {text: "the same", revision: "7"}, 9);
  assert.ok("keep" in same && same.keep.revision === "7" && !same.keep.dirty);
});

test("only customers' messages after what was seen have to be read first", () => {
  const entries = [
    {id: "a", sequence: "3", kind: "ENTRY_KIND_INBOUND" as const}, {id: "b", sequence: "4", kind: "ENTRY_KIND_NOTE" as const},
    {id: "c", sequence: "5", kind: "ENTRY_KIND_INBOUND" as const},
  ];
  assert.deepEqual(newerThan(entries, 3).map((entry) => entry.id), ["c"]);
});

test("an answer goes where its entry came from, and elsewhere only by a switch", () => {
  const entry = {
    channel: "CHANNEL_EMAIL" as const, accountId: "support", sender: {address: "mailto:z@x.lv", name: "Zane"},
    replyRoute: {to: {address: "mailto:office@x.lv"}, cc: [{address: "mailto:boss@x.lv"}]}, content: {subject: "Parcel"},
  };
  assert.deepEqual(destinationOf(entry, undefined), {
    channel: "CHANNEL_EMAIL", accountId: "support", to: {address: "mailto:office@x.lv", name: "Zane"}, cc: [{address: "mailto:boss@x.lv"}],
    subject: "Parcel", switched: false, isPublic: false,
  });
  const switched = destinationOf(entry, {channel: "CHANNEL_PHONE", accountId: "line", address: "tel:+37120000000", reason: "asked to"});
  assert.deepEqual([switched.channel, switched.to.address, switched.cc.length, switched.switched], ["CHANNEL_PHONE", "tel:+37120000000", 0, true]);
});

test("the answer to a public message is public unless its writer alone is to read it, and that is kept", () => {
  const entry = {channel: "CHANNEL_SOCIAL" as const, accountId: "page", sender: {address: "messenger:1:2"}, isPublic: true};
  assert.equal(destinationOf(entry, undefined).isPublic, true);
  assert.equal(destinationOf(entry, undefined, true).isPublic, false);
  assert.equal(destinationOf(entry, {channel: "CHANNEL_EMAIL", accountId: "support", address: "mailto:z@x.lv", reason: "asked to"}).isPublic, false);
  const draft = written("for you alone", {privately: true});
  assert.notEqual(fingerprintOf("e1", draft), fingerprintOf("e1", {...draft, privately: undefined}));
  const back = settle(undefined, {text: "for you alone", privately: true, revision: "1"}, 3);
  assert.equal("keep" in back && back.keep.privately, true);
});

test("canned words take the values that are known and leave the others to be seen", () => {
  const values = {customer_name: "Zane", agent_name: "", subject: "", account_name: ""};
  assert.equal(fillIn("Dear {{customer_name}}, {{ agent_name }} {{colour}}", values), "Dear Zane, {{ agent_name }} {{colour}}");
  assert.equal(unfilled("Dear {{customer_name}}"), "{{customer_name}}");
  assert.equal(unfilled("Dear {customer}"), undefined);
  assert.deepEqual(inOrderFor("lv", [{id: "1", language: "en"}, {id: "2"}, {id: "3", language: "lv"}]).map((one) => one.id), ["3", "2", "1"]);
});
