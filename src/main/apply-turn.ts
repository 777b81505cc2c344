import { RollwardError } from "../domain/errors.ts";
import type { ApplyTurns } from "../ports/apply-turns.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";

/** How long a turn lasts that is not renewed: its holder may have died. Renewed when providers have started and before every endpoint. */
const TURN_MS = 20_000;

/** How long another server's apply is waited for: longer than the turn of one that died, which so refuses nobody. */
const PATIENCE_MS = 25_000;
const LOOK_MS = 200;

/** What turns are taken with. */
export interface TurnTerms {
  /** `null` where there is one server only, whose applies are in a row anyway. */
  readonly turns: ApplyTurns | null;
  readonly clock: Clock;
  readonly ids: Pick<Ids, "secret">;
}

/** A turn that was taken. */
export interface HeldTurn {
  /** Makes sure that it is still ours. Throws `apply_interrupted` with how much was done. */
  renew(done: number, all: number): Promise<void>;
}

/**
 * Runs `work` while no other server of the same database applies a project. Throws `apply_conflict` when another one
 * takes longer than anybody should wait; then nothing has happened.
 */
export async function inApplyTurn<T>(
  { turns, clock, ids }: TurnTerms,
  by: string,
  work: (turn: HeldTurn) => Promise<T>,
): Promise<T> {
  if (turns === null) return work({ renew: async () => {} });
  const holder = ids.secret(16);
  const turn = { by, since: clock.now() };
  await taken(clock, () => turns.take(holder, turn, TURN_MS));
  try {
    return await work({
      async renew(done, all) {
        if ((await turns.take(holder, turn, TURN_MS)) !== null)
          throw new RollwardError("apply_interrupted", { done, all });
      },
    });
  } finally {
    await turns.give(holder);
  }
}

async function taken(clock: Clock, take: () => ReturnType<ApplyTurns["take"]>): Promise<void> {
  const until = clock.elapsed() + PATIENCE_MS;
  for (;;) {
    const other = await take();
    if (other === null) return;
    if (clock.elapsed() >= until) {
      const since = new Date(other.since).toISOString();
      throw new RollwardError("apply_conflict", { by: other.by, since });
    }
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
  }
}
