import assert from "node:assert/strict";
import {test} from "node:test";
import {NotTaken, retryDelay} from "./files";

test("a file that a busy server did not take is sent again when the server says", () => {
  assert.equal(retryDelay(new NotTaken(503, "", "7"), 0), 7_000);
  assert.equal(retryDelay(new NotTaken(429, "", "7"), 4), 7_000);
  assert.equal(retryDelay(new NotTaken(429, "", "86400"), 0), 60_000);
});

test("a file whose line broke is sent again, each time after a longer wait, and not for ever", () => {
  const delays = [0, 1, 2, 3, 4, 5].map((attempt) => retryDelay(new NotTaken(0, "connection"), attempt));
  assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 16_000, null]);
});

test("a file that will never be taken is not sent again", () => {
  assert.equal(retryDelay(new NotTaken(413, "too large", "5"), 0), null);
  assert.equal(retryDelay(new Error("a defect"), 0), null);
});
