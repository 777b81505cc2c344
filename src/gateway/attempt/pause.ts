import type { Clock } from "../../ports/clock.ts";
import { goesWith } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";

/** Timers of the system may fire up to a millisecond early by the monotonic clock; whoever rests until then still would. */
const EARLY_MS = 1;

/** Waits for `ms`, or until the client leaves. */
export function pause(clock: Clock, open: OpenCall, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.ceil(ms) + EARLY_MS, resolve);
    const abandon = (): void => {
      cancel();
      resolve();
    };
    goesWith(open, { abandon });
  });
}
