import assert from "node:assert/strict";
import {test} from "node:test";
import {mentionAt, mentionsIn, suggested, withMention} from "./mention.js";

const colleagues = [{id: "ana", name: "Ana Kalniņa"}, {id: "ben", name: "Ben Ozols"}, {id: "sam", name: "Samuel Rivers"}];

test("a mention begins at a word of its own and ends at the cursor", () => {
  assert.deepEqual(mentionAt("ask @be", 7), {from: 4, query: "be"});
  assert.deepEqual(mentionAt("@", 1), {from: 0, query: ""});
  assert.equal(mentionAt("write to ana@be", 15), null, "an address is not a mention");
  assert.equal(mentionAt("@ben knows", 10), null);
});

test("colleagues are found by login or name, without oneself, and no longer once it is written out", () => {
  assert.deepEqual(suggested("", colleagues, "ana").map((one) => one.id), ["ben", "sam"]);
  assert.deepEqual(suggested("ozo", colleagues, "ana").map((one) => one.id), ["ben"]);
  assert.deepEqual(suggested("Kalnina", colleagues, "sam").map((one) => one.id), ["ana"]);
  assert.deepEqual(suggested("Ben", colleagues, "ana"), []);
});

test("the login takes the place of what was begun", () => {
  assert.deepEqual(withMention("ask @be about it", 4, 7, "ben"), {text: "ask @ben about it", cursor: 9});
  assert.deepEqual(withMention("@", 0, 1, "ben"), {text: "@ben ", cursor: 5});
});

const called = (text: string) => mentionsIn(text, colleagues).map(({from, to, id}) => [text.slice(from, to), id]);

test("whoever is named by login or full name is called, whatever follows the name", () => {
  assert.deepEqual(called("@ben, @Samuel Rivers. and @sam."), [["@ben", "ben"], ["@Samuel Rivers", "sam"], ["@sam", "sam"]]);
  assert.deepEqual(called("(@BEN OZOLS) @ana kalnina!"), [["@BEN OZOLS", "ben"], ["@ana kalnina", "ana"]]);
});

test("what names nobody, or several, calls nobody", () => {
  assert.deepEqual(called("@benn @Ozols @ben.x and me@ben, at @ 5"), [["@benn", ""], ["@Ozols", ""], ["@ben.x", ""]]);
  const twins = [{id: "a1", name: "Ana Liepa"}, {id: "a2", name: "Ana Liepa"}];
  assert.deepEqual(mentionsIn("@Ana Liepa @a2", twins).map(({id}) => id), ["", "a2"]);
});
