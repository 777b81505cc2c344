import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSize, Blocks } from "./blocks.ts";

interface Session {
  readonly arm: "stable" | "candidate";
  readonly epoch: number;
  readonly weight: number;
}

/** Blocks as plain arrays; the value of a session is its place in the order. */
function cut(sessions: readonly Session[]): { candidate: readonly number[]; stable: readonly number[] }[] {
  const closed: { candidate: readonly number[]; stable: readonly number[] }[] = [];
  const blocks = new Blocks(({ candidate, stable }) =>
    closed.push({ candidate: Array.from(candidate), stable: Array.from(stable) }),
  );
  for (const [index, session] of sessions.entries()) blocks.add(session, index);
  return closed;
}

const arms = fc.constantFrom("stable" as const, "candidate" as const);
const sessions = fc.array(fc.record({ arm: arms, epoch: fc.constantFrom(1, 2), weight: fc.constant(0.25) }), {
  maxLength: 200,
});

describe("blockSize", () => {
  it("holds about one session of the smaller arm, and never fewer than four", () => {
    expect([0.01, 0.05, 0.25, 0.5, 0.9, 0.95].map(blockSize)).toEqual([100, 20, 4, 4, 10, 20]);
  });

  it("is bounded, so that no weight can exhaust the memory", () => {
    expect(blockSize(1e-12)).toBe(10_000);
  });
});

describe("Blocks", () => {
  it("ends blocks after a fixed number of sessions, whoever was assigned where", () => {
    fc.assert(
      fc.property(sessions, (list) => {
        const ordered = list.toSorted((a, b) => a.epoch - b.epoch);
        const firstOfEpoch = (epoch: number): number => ordered.findIndex((session) => session.epoch === epoch);
        for (const { candidate, stable } of cut(ordered)) {
          const places = [...candidate, ...stable].toSorted((a, b) => a - b);
          const start = places[0] ?? Number.NaN;
          const epoch = ordered[start]?.epoch ?? Number.NaN;
          expect(places).toEqual([0, 1, 2, 3].map((offset) => start + offset));
          expect((start - firstOfEpoch(epoch)) % 4).toBe(0);
          expect(places.every((place) => ordered[place]?.epoch === epoch)).toBe(true);
        }
      }),
    );
  });

  it("skips exactly the blocks that lack an arm", () => {
    const block = (letters: string): Session[] =>
      Array.from(letters, (letter) => ({ arm: letter === "c" ? "candidate" : "stable", epoch: 1, weight: 0.5 }));
    expect(cut([...block("ssss"), ...block("scss"), ...block("cccc")])).toEqual([
      { candidate: [5], stable: [4, 6, 7] },
    ]);
  });

  it("drops an unfinished block when the next epoch begins, also at the same weight", () => {
    const stable: Session = { arm: "stable", epoch: 1, weight: 0.5 };
    const candidate: Session = { arm: "candidate", epoch: 2, weight: 0.5 };
    const late: Session = { ...candidate, arm: "stable" };
    expect(cut([stable, stable, stable, candidate, late, late, late])).toEqual([{ candidate: [3], stable: [4, 5, 6] }]);
  });
});
