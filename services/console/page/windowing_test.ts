import assert from "node:assert/strict";
import {test} from "node:test";
import {anchorAt, offsetsOf, rangeOf, rowAt, topFor} from "./windowing.js";

const keys = Array.from({length: 10_000}, (_, i) => String(i));

test("rows have the heights that were measured, and a guess until then", () => {
  assert.deepEqual([...offsetsOf(["a", "b", "c"], new Map([["b", 30]]), 100)], [0, 100, 130, 230]);
});

test("only rows in sight and around it are shown, however many there are", () => {
  const offsets = offsetsOf(keys, new Map(), 100);
  assert.deepEqual(rangeOf(offsets, 5000, 5800, 200), {from: 48, to: 61});
  assert.deepEqual(rangeOf(offsets, 0, 800, 200), {from: 0, to: 11});
  assert.deepEqual(rangeOf(offsetsOf([], new Map(), 100), 0, 800, 200), {from: 0, to: 0});
  assert.equal(rowAt(offsets, 1e9), 9999);
});

test("what one looks at stays in its place when rows come above it or turn out higher", () => {
  const before = offsetsOf(keys, new Map(), 100);
  const anchor = anchorAt(keys, before, 5050, 800);
  const more = ["x", "y", ...keys];
  const after = offsetsOf(more, new Map([["x", 70], ["y", 30], ["7", 250]]), 100);
  assert.equal(topFor(anchor, more, after, 800), 5050 + 100 + 150);
});

test("at the end one stays at the end", () => {
  const offsets = offsetsOf(["a", "b"], new Map(), 500);
  assert.equal(anchorAt(["a", "b"], offsets, 180, 800), "end");
  assert.equal(topFor("end", ["a", "b", "c"], offsetsOf(["a", "b", "c"], new Map(), 500), 800), 700);
});
