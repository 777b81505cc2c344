import { expect, test } from "vitest";
import { whyNotLive } from "./why-not-live.ts";

test("new calls can be followed by what is known of a call as it ends, and what was repaired is", () => {
  expect(whyNotLive({}, "newest", undefined)).toBeNull();
  expect(whyNotLive({ release: "bot@1", repaired: "true" }, "newest", undefined)).toBeNull();
});

test("says why they cannot be followed, and what to do", () => {
  expect(whyNotLive({ text: "refund" }, "newest", undefined)).toBe(
    "words are known only a moment after a call: take that filter away",
  );
  expect(whyNotLive({}, "oldest", undefined)).toContain("show the newest first");
  expect(whyNotLive({}, "newest", "2026-11-21T10:00:00Z")).toContain("has ended");
});
