import { expect, test } from "vitest";
import { releaseIn } from "./release-in.ts";

test.each([
  ["support-bot@4", { endpoint: "support-bot", name: "support-bot@4" }],
  [" faq@12 ", { endpoint: "faq", name: "faq@12" }],
  ["support-bot@", null],
  ["@4", null],
  ["support bot@4 x", null],
])("%j names the release %j", (typed, release) => {
  expect(releaseIn(typed)).toEqual(release);
});
