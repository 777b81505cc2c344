import { expect, test } from "vitest";
import { describeMeanings } from "./cache.ts";

const meanings = (faq: Readonly<Record<string, number>>, troubles: Readonly<Record<string, number>> = {}): string =>
  describeMeanings({
    search: "memory",
    poisoned: 0,
    copied_bytes: 0,
    groups: [],
    outcomes: { faq: { ...faq } },
    troubles: { faq: { ...troubles } },
  });

test("audits that mostly have no verdict are told with the most frequent reason", () => {
  const troubles = { "its calls are paused": 1, "the judge's reply has no verdict": 8 };
  expect(meanings({ audit: 10, right: 1, unjudged: 9 }, troubles)).toContain(
    "faq: 9 of 10 audits have no verdict and prove nothing, most often: the judge's reply has no verdict.",
  );
  expect(meanings({ audit: 10, right: 9, unjudged: 1 }, troubles)).not.toContain("prove nothing");
});

test("vectors that often come too late are told with the setting that waits for them", () => {
  expect(meanings({ none: 5, late: 5 })).toContain("faq: 5 vectors came later than `within`");
  expect(meanings({ none: 500, late: 5 })).not.toContain("`within`");
});
