import type { Clock } from "../../ports/clock.ts";
import { goesWith } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";

/** What is waited for, and until when (monotonic milliseconds). */
export interface Waiting<T> {
  readonly event: Promise<T>;
  readonly until: number;
}

/** Waits for an event, which must not reject; `null` when the time is over or the client has left. */
export function waitWithin<T>(
  clock: Clock,
  open: Pick<OpenCall, "abandoned" | "stopped" | "underWay">,
  { event, until }: Waiting<T>,
): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<T | null>();
  const cancel = clock.after(Math.max(0, until - clock.elapsed()), () => resolve(null));
  goesWith(open, { abandon: () => resolve(null) });
  void event.then(resolve);
  return promise.finally(() => {
    cancel();
    open.underWay = null;
  });
}
