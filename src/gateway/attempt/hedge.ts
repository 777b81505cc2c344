import type { Clock } from "../../ports/clock.ts";
import type { Runner } from "./begin-attempt.ts";

/** What a hedged attempt needs. */
export interface HedgeTerms {
  readonly clock: Clock;
  /** How long the first may take to begin. */
  readonly delayMs: number;
  /** Makes the second attempt when the first is late; `null` when nobody can be asked, or it `isWanted` no longer. */
  readonly second: (isWanted: () => boolean) => Runner | null | Promise<Runner | null>;
  /** Takes an attempt that did not win; its end is known. */
  readonly lost: (runner: Runner) => void;
}

/**
 * Starts an attempt and, when it is late, a second one elsewhere. Resolves to the one that begins to answer first
 * and stops the other; rejects with the error of the first when both fail. A first that fails before it is late is
 * not hedged: what follows then is for the caller to decide.
 */
export async function startHedged(first: Runner, terms: HedgeTerms): Promise<Runner> {
  const { clock, delayMs, lost } = terms;
  const late = Promise.withResolvers<null>();
  const cancel = clock.after(delayMs, () => late.resolve(null));
  const opening = first.attempt.start().then(() => first);
  const early = await Promise.race([opening, late.promise]).finally(cancel);
  if (early !== null) return early;
  // What has begun and is only held back is not late.
  let isWanted = true;
  const made = first.attempt.hasBegun ? null : terms.second(() => isWanted);
  // What comes when the first has begun or failed is not made, and not waited for.
  const unwanted = (): null => {
    isWanted = false;
    return null;
  };
  const second = made instanceof Promise ? await Promise.race([made, opening.then(unwanted, unwanted)]) : made;
  if (second === null) return opening;
  const hedge = second.attempt.start().then(() => second);
  try {
    const winner = await Promise.any([opening, hedge]);
    const loser = winner === first ? second : first;
    loser.attempt.lose();
    lost(loser);
    return winner;
  } catch {
    lost(second);
    return opening;
  }
}
