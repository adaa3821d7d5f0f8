import assert from "node:assert/strict";
import {test} from "node:test";
import {matching} from "./palette_filter.js";

const commands = ["Resolve", "Write a reply", "Reply in another way", "Przekaż zgłoszenie", "Светлое оформление"];
const find = (query: string) => matching(query, commands, (command) => command);

test("without a query everything is there, in its order", () => assert.deepEqual(find("  "), commands));
test("beginnings of words find it, in any order, and what begins with the query is first", () => {
  assert.deepEqual(find("re"), ["Resolve", "Reply in another way", "Write a reply"]);
  assert.deepEqual(find("rep wr"), ["Write a reply"]);
  assert.deepEqual(find("eply"), []);
});
test("accents and case do not matter, in any script", () => {
  assert.deepEqual(find("przekaz"), ["Przekaż zgłoszenie"]);
  assert.deepEqual(find("СВЕТ"), ["Светлое оформление"]);
});
