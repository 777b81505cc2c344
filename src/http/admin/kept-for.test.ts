import { describe, expect, test } from "vitest";
import { keptFor } from "./kept-for.ts";
import type { Retention } from "./kept-for.ts";

const RETENTION: Retention = {
  factsDays: 90,
  bodiesDays: [14],
  leastEvidenceDays: 62,
  spansDays: 7,
  storyDays: 400,
};

describe("what is said of how long things are kept", () => {
  test("is what the projects in force say, and what is fixed", () => {
    expect(keptFor(RETENTION)).toEqual({
      facts: "90 days",
      bodies: "14 days",
      search: "90 days; the words of a call as long as its bytes, 14 days",
      evidence: "90 days",
      series: "by the minute 2 days, by the hour and spend 400 days",
      traces: "7 days",
      answers: "each for its own time to live; responses as long as their bytes",
      other: "alerts, incidents and changes 400 days; the rest for good",
    });
  });

  test("is a range where endpoints differ, and leaves out those that keep no bytes", () => {
    expect(keptFor({ ...RETENTION, bodiesDays: [30, 0, 1] }).bodies).toBe("1 to 30 days, by endpoint");
    expect(keptFor({ ...RETENTION, bodiesDays: [0] }).bodies).toBe("not at all");
  });

  test("of evidence is never shorter than a rollout may last, and open before a project is in force", () => {
    expect(keptFor({ ...RETENTION, factsDays: 1 })).toMatchObject({ facts: "1 day", evidence: "62 days" });
    const open = keptFor({ ...RETENTION, factsDays: Number.POSITIVE_INFINITY });
    expect([open.facts, open.search, open.evidence]).toEqual(Array(3).fill("until a project says for how long"));
  });
});
