import { expect, test } from "vitest";
import { usualBefore, usualPair } from "./listed-release.ts";
import type { ListedRelease } from "./listed-release.ts";

const releases = (...fates: readonly ListedRelease["fate"][]): readonly ListedRelease[] =>
  fates.map((fate, index) => {
    const number = fates.length - index;
    return {
      id: `rel_${number}`,
      name: `bot@${number}`,
      number,
      digest: "",
      created_at: "2026-11-21T00:00:00.000Z",
      author: "Ada",
      fate,
      rollout: null,
      outcome: null,
    };
  });

test("stable is chosen first, and beside it what goes out, never what was taken back", () => {
  expect(usualPair(releases("rolled_back", "rolled_back", "stable", "was_stable"))).toEqual(["bot@2", "bot@1"]);
  expect(usualPair(releases("rolled_back", "candidate", "stable", "was_stable"))).toEqual(["bot@2", "bot@3"]);
  expect(usualPair(releases("stable"))).toEqual(["bot@1"]);
  expect(usualPair([])).toEqual([]);
});

test("a release is compared with stable, and stable with the one that served before it", () => {
  const all = releases("rolled_back", "rolled_back", "stable", "rolled_back", "was_stable");
  expect([5, 4, 3, 2, 1].map((number) => usualBefore(all, number))).toEqual([3, 3, 1, 3, 3]);
  expect(usualBefore(releases("stable"), 1)).toBeNull();
});
