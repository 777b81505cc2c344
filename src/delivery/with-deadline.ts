import type { Clock } from "../ports/clock.ts";

/** Work that did not end in time. It may still end later; whoever waited has gone on. */
export class DeadlineMissed extends Error {}

/** Waits for `work`, but no longer than `ms`: then it rejects with `DeadlineMissed` and the work goes on unobserved. */
export async function withDeadline<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let cancel = (): void => {};
  const missed = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new DeadlineMissed(`There was no answer within ${ms} ms.`)));
  });
  try {
    return await Promise.race([work, missed]);
  } finally {
    cancel();
  }
}
