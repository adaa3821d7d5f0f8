import assert from "node:assert/strict";
import {test} from "node:test";
import type {Entry} from "hark/v1";
import {switchTo, unfetched, wordsOf} from "./unfetched.js";

const asked: Entry = {id: "e1", sequence: "1", kind: "ENTRY_KIND_INBOUND", channel: "CHANNEL_CHAT"};
const reply = (id: string, text: string, more: Partial<Entry> = {}): Entry => ({
  id, kind: "ENTRY_KIND_REPLY", channel: "CHANNEL_CHAT", delivery: "DELIVERY_STATE_SENT", answersEntryId: "e1", content: {text}, ...more,
});
const late = {unfetchedSinceMs: "1700000000000"};
const chat = {channel: "CHANNEL_CHAT" as const, accountId: "site", address: "chat:site:v1", verified: true};
const typed = {channel: "CHANNEL_EMAIL" as const, accountId: "support", address: "mailto:typed@x.lv", verified: false};
const known = {channel: "CHANNEL_EMAIL" as const, accountId: "support", address: "mailto:ana@x.lv", verified: true};
const ways = [chat, typed, known];

test("everything that waits goes along when the first of it has waited too long", () => {
  const found = unfetched([asked, reply("r1", "It leaves today.", late), {id: "s", kind: "ENTRY_KIND_STATUS"}, reply("r2", "Anything else?")], ways);
  assert.ok(found);
  assert.equal(wordsOf(found), "It leaves today.\n\nAnything else?");
  assert.deepEqual(switchTo(found, "stays away"),
    {channel: "CHANNEL_EMAIL", accountId: "support", address: "mailto:ana@x.lv", reason: "stays away"});
});

test("nothing is offered before the server says so, nor to an address that nobody vouches for", () => {
  assert.equal(unfetched([asked, reply("r1", "It leaves today.")], ways), undefined);
  assert.equal(unfetched([asked, reply("r1", "It leaves today.", late)], [chat, typed]), undefined);
});

test("nothing is offered once the visitor has the reply, wrote again, or was written to elsewhere", () => {
  const waits = reply("r1", "It leaves today.", late);
  assert.equal(unfetched([asked, {...waits, delivery: "DELIVERY_STATE_READ"}], ways), undefined);
  assert.equal(unfetched([asked, waits, {...asked, id: "e2", channel: "CHANNEL_EMAIL"}], ways), undefined);
  assert.equal(unfetched([asked, waits, reply("r2", "It leaves today.", {channel: "CHANNEL_EMAIL"})], ways), undefined);
});
