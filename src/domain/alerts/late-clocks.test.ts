import { describe, expect, test } from "vitest";
import { LateClocks } from "./late-clocks.ts";
import { goneSights, mergeSights, SIGHT_MS } from "./merge-sights.ts";
import type { Sighting } from "./sighting.ts";

const NOW = 1_000_000;
const EVERY = 15_000;

const sightingOf = (replicaId: string, at: number): Sighting => ({
  replicaId,
  environment: "production",
  at,
  looked: ["provider-trouble"],
  sights: [{ signal: "provider-trouble", subject: { provider: "p", model: replicaId }, value: 1 }],
});

/** What a server left in the last two minutes before a time, by a clock that is behind. */
const leftBy = (replicaId: string, until: number, behindMs: number): readonly Sighting[] =>
  Array.from({ length: 8 }, (_, look) => sightingOf(replicaId, until - behindMs - (7 - look) * EVERY));

const lately = (all: readonly Sighting[], at: number): readonly string[] =>
  all.filter((each) => each.at > at - SIGHT_MS).map(({ replicaId }) => replicaId);

describe("a server whose clock is behind", () => {
  test("is seen from the second look on, and is not taken for one that is gone", () => {
    const clocks = new LateClocks();
    const first = clocks.corrected(leftBy("rep_1", NOW, 60_000), NOW);
    expect(lately(first, NOW)).toEqual([]);
    const later = NOW + EVERY;
    const second = clocks.corrected(leftBy("rep_1", later, 60_000), later);
    expect(lately(second, later)).toContain("rep_1");
    expect(mergeSights(second.filter(({ at }) => at > later - SIGHT_MS)).get("provider-trouble")).toHaveLength(1);
    expect(goneSights(second, later - SIGHT_MS)).toEqual([]);
  });

  test("is gone when it leaves nothing any more", () => {
    const clocks = new LateClocks();
    clocks.corrected(leftBy("rep_1", NOW, 60_000), NOW);
    const last = leftBy("rep_1", NOW + EVERY, 60_000);
    expect(lately(clocks.corrected(last, NOW + EVERY), NOW + EVERY)).toContain("rep_1");
    const later = NOW + EVERY + SIGHT_MS;
    expect(lately(clocks.corrected(last, later), later)).toEqual([]);
  });
});

test("sightings of servers whose clocks agree stay as they are, also when those have gone", () => {
  const clocks = new LateClocks();
  const left = leftBy("rep_1", NOW, 0);
  expect(clocks.corrected(left, NOW + 1_000)).toEqual(left);
  expect(clocks.corrected(left, NOW + 60_000)).toEqual(left);
  expect(clocks.corrected([], NOW + 200_000)).toEqual([]);
});
