import type { Clock } from "../../ports/clock.ts";
import type { OpenCall } from "../open-call.ts";

/** Waits for `ms`, or until the client leaves. */
export function pause(clock: Clock, open: OpenCall, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.ceil(ms), resolve);
    open.stop = () => {
      cancel();
      resolve();
    };
    if (open.abandoned) open.stop();
  });
}
