import assert from "node:assert/strict";
import {test} from "node:test";
import type {Entry, MessageTemplate, SendingRules} from "hark/v1";
import {destinationOf} from "./destination.js";
import {closesAt, fileTrouble, missing, partsOf, placeholdersOf, withValue} from "./sendable.js";

const entry: Entry = {id: "e1", channel: "CHANNEL_SOCIAL", accountId: "wa", sender: {address: "tel:+1"}, answerableUntilMs: "1000"};

test("the window is the later of the entry's own and of what the customer wrote since", () => {
  const goes = destinationOf(entry, undefined);
  assert.equal(closesAt({}, entry, goes), 1000);
  assert.equal(closesAt({replyWindows: [{accountId: "wa", address: "tel:+1", closesAtMs: "2000"}]}, entry, goes), 2000);
  assert.equal(closesAt({replyWindows: [{accountId: "other", address: "tel:+1", closesAtMs: "2000"}]}, entry, goes), 1000);
});

test("an answer that goes elsewhere has that place's window", () => {
  const goes = destinationOf(entry, {channel: "CHANNEL_EMAIL", accountId: "mail", address: "mailto:a@x.lv"});
  assert.equal(closesAt({}, entry, goes), 0);
});

const rules: SendingRules = {accountId: "wa", network: "WhatsApp", filesMax: 2, files: [
  {contentType: "image/png", sizeMax: "100"}, {contentType: "audio/", sizeMax: "200"}, {contentType: "image/png", sizeMax: "150"}]};
const file = (contentType: string, size: number) => ({fileName: "a", contentType, blob: {id: "b", sizeBytes: String(size)}});

test("files have to fit in number, type and size", () => {
  assert.equal(fileTrouble(rules, [file("image/png", 150), file("audio/ogg", 200)]), undefined);
  assert.deepEqual(fileTrouble(rules, [file("image/png", 151)]), {what: "size", name: "a", sizeMax: 150});
  assert.deepEqual(fileTrouble(rules, [file("video/mp4", 1)]), {what: "type", name: "a", types: "png, audio"});
  assert.deepEqual(fileTrouble(rules, [file("audio/ogg", 0)]), {what: "empty", name: "a"});
  assert.deepEqual(fileTrouble(rules, [file("image/png", 1), file("image/png", 1), file("image/png", 1)]), {what: "count", count: 2});
  assert.deepEqual(fileTrouble({noFilesReason: "no"}, [file("image/png", 1)]), {what: "none", why: "no"});
  assert.equal(fileTrouble(undefined, [file("video/mp4", 1)]), undefined);
});

test("a template is filled in placeholder by placeholder", () => {
  const template: MessageTemplate = {name: "ready", language: "en", text: "Dear {{2}}, {{1}} is ready. {{2}}!"};
  assert.deepEqual(placeholdersOf(template.text!), ["1", "2"]);
  const begun = withValue(template, {name: "ready", language: "en"}, "2", "Ana");
  assert.equal(missing(template, begun), "1");
  assert.deepEqual(partsOf(template, begun).map((part) => part.text), ["Dear ", "Ana", ", ", "{{1}}", " is ready. ", "Ana", "!"]);
  assert.equal(missing(template, withValue(template, begun, "1", "it")), undefined);
});

test("named placeholders stay in the order of the text", () => {
  assert.deepEqual(placeholdersOf("{{order}} for {{name}}, {{order}}"), ["order", "name"]);
});
