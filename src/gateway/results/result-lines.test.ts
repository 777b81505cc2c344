import { describe, expect, test } from "vitest";
import { createMemoryCache } from "../../adapters/caches/memory-cache.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { KeptResult } from "../../domain/results/kept-result.ts";
import { ResultLines } from "./result-lines.ts";
import type { Turn } from "./result-lines.ts";

const PLACE = { endpoint: "bot:tool.lookup", key: "a".repeat(64) };
const RESULT: KeptResult = { key: PLACE.key, at: 0, digest: "d", result: "1" };

function stage() {
  const clock = new HandClock();
  const cache = createMemoryCache({ clock, maxBytes: () => 1_000_000 });
  let tokens = 0;
  const ids = { next: () => "", secret: () => `token-${(tokens += 1)}` };
  let kept: KeptResult | null = null;
  const lines = new ResultLines({ cache, clock, ids });
  return {
    clock,
    cache,
    lines,
    bring: () => (kept = RESULT),
    enter: (waitMs = 1_000) => lines.enter({ place: PLACE, waitMs, look: () => Promise.resolve(kept) }),
    /** Lets everything happen that is due now. */
    settle: async () => {
      for (let count = 0; count < 20; count += 1) await Promise.resolve();
    },
  };
}

const typeOf = async (turn: Promise<Turn>): Promise<Turn["type"]> => (await turn).type;

describe("lookups in line", () => {
  test("the first runs, and the others have its result as soon as it is brought", async () => {
    const { lines, bring, enter, settle } = stage();
    const all = [enter(), enter(), enter()];
    const [first, ...others] = all.map(({ turn }) => typeOf(turn));
    expect(await first).toBe("claimed");
    await settle();
    expect(lines.size).toBe(2);
    bring();
    lines.wake(PLACE.key);
    expect(await Promise.all(others)).toEqual(["found", "found"]);
    expect(lines.size).toBe(0);
  });

  test("when the run fails, the next one runs", async () => {
    const { lines, enter } = stage();
    const [one, two, three] = [enter(), enter(), enter()];
    const first = await one.turn;
    if (first.type === "claimed") first.claim.release("failed");
    lines.wake(PLACE.key);
    expect(await typeOf(two.turn)).toBe("claimed");
    three.leave();
    expect(await typeOf(three.turn)).toBe("busy");
  });

  test("when its result may not be kept, all run", async () => {
    const { lines, enter } = stage();
    const [one, two, three] = [enter(), enter(), enter()];
    const first = await one.turn;
    if (first.type === "claimed") first.claim.release("hopeless");
    lines.wake(PLACE.key);
    expect([await typeOf(two.turn), await typeOf(three.turn)]).toEqual(["hopeless", "hopeless"]);
  });

  test("nobody waits longer than the source says", async () => {
    const { clock, enter, settle } = stage();
    const [one, two] = [enter(1_000), enter(1_000)];
    expect(await typeOf(one.turn)).toBe("claimed");
    await settle();
    clock.advance(1_000);
    expect(await typeOf(two.turn)).toBe("busy");
  });

  test("a claim goes to the next when all who stood before have left", async () => {
    const { enter, settle } = stage();
    const one = enter();
    one.leave();
    await settle();
    expect(await typeOf(enter().turn)).toBe("claimed");
  });

  test("all are let go when the server ends", async () => {
    const { lines, enter, settle } = stage();
    const [one, two] = [enter(), enter()];
    await one.turn;
    await settle();
    lines.letAllGo();
    expect(await typeOf(two.turn)).toBe("busy");
    expect(lines.size).toBe(0);
  });
});
