import type { Look } from "./chronicle.ts";
import { Broken } from "./invariant.ts";
import type { Invariant } from "./invariant.ts";
import { MACHINE_INVARIANTS } from "./machine-invariants.ts";
import { SESSION_INVARIANTS } from "./session-invariants.ts";

/** Every law, in the order of the reference; the last one says that routes follow the state. */
export const INVARIANTS: readonly Invariant[] = [...MACHINE_INVARIANTS, ...SESSION_INVARIANTS].toSorted(
  (one, other) => one.number - other.number,
);

/** Checks them all against one look at the world. Throws with the law that is broken and what was seen. */
export async function checkInvariants(look: Look): Promise<void> {
  for (const { number, sentence, check } of INVARIANTS) {
    try {
      await check(look);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      throw new Broken(`${number}. ${sentence} Seen: ${error.message}.`, { cause: error });
    }
  }
  const [unexpected] = look.world.unexpected;
  if (unexpected !== undefined) throw new Broken(`Something failed that no fault explains: ${unexpected}`);
}
