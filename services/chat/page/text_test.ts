import assert from "node:assert/strict";
import {test} from "node:test";
import {pieces, size} from "./text";
import {chooseLanguage, fill, wordsOf} from "./words";

test("addresses become links, without the sentence around them", () => {
  assert.deepEqual(pieces("See https://x.lv/a?b=1, or (http://y.lv)."), [
    {text: "See "}, {text: "https://x.lv/a?b=1", href: "https://x.lv/a?b=1"}, {text: ", or ("}, {text: "http://y.lv", href: "http://y.lv"},
    {text: ")."}]);
});

test("what only looks like an address stays text", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "https://", "<b>bold</b>", "xhttp//a", ""]) {
    assert.ok(pieces(text).every((piece) => piece.href === undefined), text);
    assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  }
});

test("sizes are read by people", () => {
  assert.equal(size(500, "en"), "500 byte");
  assert.equal(size(1_500, "en"), "1.5 kB");
  assert.equal(size(12_000_000, "en"), "12 MB");
});

test("every language says everything, with the same blanks to fill", () => {
  const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort().join();
  for (const language of ["ru", "pl", "lv"]) {
    for (const [key, text] of Object.entries(wordsOf("en"))) {
      const theirs = wordsOf(language)[key as keyof ReturnType<typeof wordsOf>];
      assert.ok(theirs.length > 0, `${language}: ${key}`);
      assert.equal(blanks(theirs), blanks(text), `${language}: ${key}`);
    }
  }
  assert.equal(chooseLanguage(["xx", "lv-LV", "en"]), "lv");
  assert.equal(chooseLanguage([]), "en");
  assert.equal(fill("{name} is typing…", {name: "Ana"}), "Ana is typing…");
});
