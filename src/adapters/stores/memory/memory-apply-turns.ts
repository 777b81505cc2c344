import type { ApplyTurn, ApplyTurns } from "../../../ports/apply-turns.ts";
import type { Clock } from "../../../ports/clock.ts";

/** The turn among servers inside one process. */
export function createMemoryApplyTurns(clock: Clock): ApplyTurns {
  let held: { readonly holder: string; readonly turn: ApplyTurn; readonly until: number } | null = null;
  return {
    async take(holder, turn, forMs) {
      const now = clock.elapsed();
      if (held !== null && held.holder !== holder && held.until > now) return held.turn;
      held = { holder, turn, until: now + forMs };
      return null;
    },
    async give(holder) {
      if (held?.holder === holder) held = null;
    },
  };
}
