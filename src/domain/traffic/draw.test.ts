import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bakeShares } from "../rollout/bake-weight.ts";
import { drawArm, drawBake } from "./draw.ts";

const SEED = "5".repeat(64);
const sessions = Array.from({ length: 20_000 }, (_, index) => `session-${index}`);

describe("the lot of a bake", () => {
  it("keeps back who was in the control at every weight of the ladder, as far as the ladder went", () => {
    const holdback = fc.integer({ min: 1, max: 49 }).map((share) => share / 100);
    fc.assert(
      fc.property(fc.string(), holdback, (session, share) => {
        const shares = bakeShares({ holdback: share });
        if (shares === null) throw new Error("There is a holdback.");
        const isHeld = drawBake({ seed: SEED, ...shares }, "bot", session) === "held";
        const isControl = drawArm({ seed: SEED, weight: 1 - share }, "bot", session) === "stable";
        expect(isHeld).toBe(isControl);
      }),
    );
  });

  it("gives each side its share, and compares four with each that is held back", () => {
    const shares = bakeShares({ holdback: 0.05 });
    if (shares === null) throw new Error("There is a holdback.");
    const lots = sessions.map((session) => drawBake({ seed: SEED, ...shares }, "bot", session));
    const count = (lot: string): number => lots.filter((one) => one === lot).length;
    expect(count("held") / sessions.length).toBeCloseTo(0.05, 2);
    expect(count("watched") / sessions.length).toBeCloseTo(0.2, 1);
    expect(count("watched") / (count("watched") + count("held"))).toBeCloseTo(shares.weight, 1);
  });
});
