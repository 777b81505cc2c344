import { describe, expect, test } from "vitest";
import { UNAUDITED, isImpure, withAudit } from "./purity.ts";
import type { Purity } from "./purity.ts";

/** A generator of its own (mulberry32): the share of false closings must not hang on a lucky seed of the day. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** After how many audits a source closes whose results differ at a rate; `null` when it never does. */
function closesAfter(
  rate: number,
  mayDiffer: number,
  { random, audits }: { random: () => number; audits: number },
): number | null {
  let evidence: Purity = UNAUDITED;
  for (let count = 1; count <= audits; count += 1) {
    evidence = withAudit(evidence, random() < rate);
    if (isImpure(evidence, mayDiffer)) return count;
  }
  return null;
}

describe("whether results differ more often than declared", () => {
  test("one that differs is enough where none may", () => {
    expect(isImpure({ audits: 10_000, differed: 0 }, 0)).toBe(false);
    expect(isImpure({ audits: 10_000, differed: 1 }, 0)).toBe(true);
    expect(isImpure(UNAUDITED, 0)).toBe(false);
  });

  test("a source that differs as often as declared is closed in at most one of a hundred, looked at after every audit", () => {
    const random = randomFrom(7);
    for (const mayDiffer of [0.01, 0.05, 0.3]) {
      const runs = Array.from({ length: 400 }, () => closesAfter(mayDiffer, mayDiffer, { random, audits: 2_000 }));
      // 400 draws of a probability of 1 % give more than 11 in less than one case of a thousand.
      expect(runs.filter((run) => run !== null).length).toBeLessThanOrEqual(11);
    }
  });

  test.each([
    [0.05, 0.5, 20],
    [0.01, 0.1, 120],
    [0.05, 0.15, 300],
  ])("declared %d and differing at %d, it is closed after about %i audits", (mayDiffer, rate, audits) => {
    const random = randomFrom(11);
    const runs = Array.from(
      { length: 200 },
      () => closesAfter(rate, mayDiffer, { random, audits: 20_000 }) ?? Infinity,
    );
    const median = runs.toSorted((one, other) => one - other)[100] ?? Infinity;
    expect(median).toBeLessThan(audits);
  });
});
