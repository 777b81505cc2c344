import { describe, expect, test } from "vitest";
import type { ApplyTurns } from "../../src/ports/apply-turns.ts";
import { T0, uniqueName } from "./store-samples.ts";

const turnOf = (by: string) => ({ by, since: T0 });

/** What everybody must do who gives turns. Turns that run out are tested where time can be moved. */
export function applyTurnsContract(get: () => ApplyTurns): void {
  describe("as a giver of turns", () => {
    test("gives one holder the turn, tells the others whose it is, and gives it on", async () => {
      const [one, other] = [uniqueName("one"), uniqueName("other")];
      expect(await get().take(one, turnOf("Ada"), 60_000)).toBeNull();
      expect(await get().take(one, turnOf("Ada"), 60_000)).toBeNull();
      expect(await get().take(other, turnOf("Grace"), 60_000)).toEqual(turnOf("Ada"));
      await get().give(other);
      expect(await get().take(other, turnOf("Grace"), 60_000)).toEqual(turnOf("Ada"));
      await get().give(one);
      expect(await get().take(other, turnOf("Grace"), 60_000)).toBeNull();
      await get().give(other);
    });

    test("gives it to one of many who come at once", async () => {
      const holders = Array.from({ length: 8 }, () => uniqueName("holder"));
      const answers = await Promise.all(holders.map((holder) => get().take(holder, turnOf(holder), 60_000)));
      const [winner] = holders.filter((_, index) => answers[index] === null);
      expect(answers.filter((answer) => answer === null)).toHaveLength(1);
      expect(new Set(answers.flatMap((answer) => answer?.by ?? []))).toEqual(new Set([winner]));
      await get().give(winner ?? "");
    });

    test("a turn that has run out is free", async () => {
      expect(await get().take("dead", turnOf("Ada"), -1)).toBeNull();
      expect(await get().take("alive", turnOf("Grace"), 60_000)).toBeNull();
      await get().give("alive");
    });
  });
}
