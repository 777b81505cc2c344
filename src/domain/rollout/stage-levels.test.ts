import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_PLAN } from "./open-rollout.ts";
import { ladderThreshold, stageLevels } from "./stage-levels.ts";

const RUNG = { weight: 0.25 };

describe("the levels of a rollout's stages", () => {
  it("never add up to more than α, and leave none of it unused", () => {
    const level = fc.double({ min: 1e-6, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(level, fc.boolean(), fc.boolean(), fc.boolean(), (...[alpha, hasCopies, hasLadder, hasBake]) => {
        fc.pre(hasCopies || hasLadder || hasBake);
        const { shadow, ladder, bake } = stageLevels({
          alpha,
          holdback: 0.02,
          bakeMs: hasBake ? 1_800_000 : 0,
          steps: hasLadder ? [RUNG] : [],
          ...(hasCopies && { shadow: {} }),
        });
        expect(shadow + ladder + bake).toBeCloseTo(alpha, 12);
        expect([shadow > 0, ladder > alpha / 100, bake > 0]).toEqual([hasCopies, hasLadder, hasBake]);
      }),
    );
  });

  it("leave all of α to a ladder that has nothing before or behind it, as in plans from before there were stages", () => {
    expect(stageLevels({ alpha: 0.05 })).toEqual({ shadow: 0, ladder: 0.05, bake: 0 });
  });

  it("leave nine tenths to the ladder of the default plan, whose promotion bakes", () => {
    expect(stageLevels(DEFAULT_PLAN).ladder).toBeCloseTo(0.045, 12);
  });

  it("give a threshold that is a number to a plan that is nothing but copies", () => {
    expect(ladderThreshold({ alpha: 0.05, shadow: {}, steps: [] })).toBeCloseTo(Math.log(20), 12);
  });
});
