import assert from "node:assert/strict";
import {after, test} from "node:test";
import {refusalText} from "./format.js";
import {Refusal, type RefusalReason} from "./link.js";
import {useLanguage} from "./words/words.js";

after(() => useLanguage("en"));

test("a refusal is told in the page's language, and quotes the server where that tells more", () => {
  useLanguage("lv");
  assert.equal(refusalText(new Refusal("TICKET_NOT_FOUND", "there is no ticket tkt_1")), "Šāda pieteikuma nav.");
  assert.equal(refusalText(new Refusal("TOO_LARGE", "text: at most 64 KiB")), "Tas ir par lielu: text: at most 64 KiB");
});

test("a refusal that this page does not know is told in the server's words", () => {
  useLanguage("lv");
  assert.equal(refusalText(new Refusal("OF_TOMORROW" as RefusalReason, "the moon is full")), "Neizdevās: the moon is full");
  assert.equal(refusalText(new Error("Failed to fetch")), "Neizdevās: Failed to fetch");
});
