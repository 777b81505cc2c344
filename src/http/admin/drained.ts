import type { Writable } from "node:stream";
import type { Clock } from "../../ports/clock.ts";

/** A connection that takes nothing for so long is given up, ms: who asked may hold nothing that others need. */
const STUCK_MS = 60_000;

/** Waits until a connection takes more or has closed. Throws when it takes nothing for a minute. */
export function drained(raw: Writable, clock: Pick<Clock, "after">): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      cancel();
      raw.off("drain", goOn);
      raw.off("close", goOn);
    };
    const goOn = (): void => {
      settle();
      resolve();
    };
    const cancel = clock.after(STUCK_MS, () => {
      settle();
      reject(new Error(`The connection took nothing for ${STUCK_MS} ms.`));
    });
    if (raw.destroyed || !raw.writableNeedDrain) {
      goOn();
      return;
    }
    raw.on("drain", goOn);
    raw.on("close", goOn);
  });
}
