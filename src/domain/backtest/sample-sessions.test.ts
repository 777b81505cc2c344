import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleSessions, STRATA } from "./sample-sessions.ts";
import type { SampledFrom } from "./sample-sessions.ts";

const sessions = (count: number, rareEvery: number): readonly SampledFrom[] =>
  Array.from({ length: count }, (_, index) => ({
    unit: `key/${index}`,
    stratum: index % rareEvery === 0 ? "failed" : "plain",
  }));

const anySessions = fc.uniqueArray(
  fc.record({ unit: fc.string({ maxLength: 8 }), stratum: fc.constantFrom(...STRATA) }),
  { selector: ({ unit }) => unit, maxLength: 80 },
);

describe("drawing a sample", () => {
  test("the same seed gives the same sample, in whatever order the sessions are listed", () => {
    fc.assert(
      fc.property(anySessions, fc.integer({ min: 1, max: 60 }), fc.string(), (all, size, seed) => {
        const sample = sampleSessions(all, { size, seed });
        expect(sampleSessions(all.toReversed(), { size, seed })).toEqual(sample);
        expect(sample.length).toBeLessThanOrEqual(size);
        expect(new Set(sample.map(({ unit }) => unit)).size).toBe(sample.length);
        if (all.length <= size) expect(sample.length).toBe(all.length);
      }),
    );
  });

  test("another seed gives another one", () => {
    const all = sessions(500, 1_000);
    const units = (seed: string) => sampleSessions(all, { size: 50, seed }).map(({ unit }) => unit);
    expect(units("a")).not.toEqual(units("b"));
  });

  test("which sessions are drawn does not depend on what is known of them", () => {
    fc.assert(
      fc.property(anySessions, fc.integer({ min: 10, max: 60 }), (all, size) => {
        const drawn = (each: readonly SampledFrom[]) =>
          sampleSessions(each, { size, seed: "s" }).flatMap(({ part, unit }) => (part === "drawn" ? [unit] : []));
        const plain = all.map((one) => ({ ...one, stratum: "plain" as const }));
        const mixed = drawn(all);
        expect(drawn(plain).slice(0, mixed.length)).toEqual(mixed);
      }),
    );
  });

  test("what is rare is sought: a tenth of the sample at most, and never where everything is replayed", () => {
    const sample = sampleSessions(sessions(2_000, 100), { size: 100, seed: "s" });
    const sought = sample.filter(({ part }) => part === "sought");
    expect(sample).toHaveLength(100);
    expect(sought).toHaveLength(10);
    expect(sought.every(({ stratum }) => stratum === "failed")).toBe(true);
    const whole = sampleSessions(sessions(90, 10), { size: 100, seed: "s" });
    expect(whole.every(({ part }) => part === "drawn")).toBe(true);
    expect(
      sampleSessions(sessions(500, 1_000).slice(1), { size: 100, seed: "s" }).every(({ part }) => part === "drawn"),
    ).toBe(true);
  });

  test("of several rare things each gets its share", () => {
    const all: readonly SampledFrom[] = Array.from({ length: 1_000 }, (_, index) => ({
      unit: String(index),
      stratum: index < 400 ? "tools" : index < 410 ? "refused" : "plain",
    }));
    const sought = sampleSessions(all, { size: 100, seed: "s" }).filter(({ part }) => part === "sought");
    expect(sought.filter(({ stratum }) => stratum === "refused").length).toBeGreaterThanOrEqual(4);
    expect(sought.filter(({ stratum }) => stratum === "tools").length).toBeGreaterThanOrEqual(4);
  });
});
