import type { Socket } from "node:net";
import type { Clock } from "../../../ports/clock.ts";
import type { Script } from "./script.ts";

/** A script under way. */
export interface Performance {
  /** Stops writing; nothing more happens. */
  stop(): void;
  /** Whether every step has been written. */
  readonly finished: boolean;
}

/**
 * Writes a script's steps to a socket when they are due, all that are due in one write; then calls `done`.
 * Times are reckoned from the start, so that late timers do not add up.
 */
export function play(script: Script, { socket, clock }: { readonly socket: Socket; readonly clock: Clock }, done: () => void): Performance {
  const { steps } = script;
  let due = clock.elapsed();
  let next = 0;
  let cancel: () => void = () => {};
  const performance = { finished: false, stop: () => cancel() };

  const go = (): void => {
    const now = clock.elapsed();
    let bytes = "";
    for (;;) {
      const step = steps[next];
      if (step === undefined) break;
      if (due + step.afterMs > now) {
        if (bytes !== "") socket.write(bytes, "latin1");
        cancel = clock.after(Math.ceil(due + step.afterMs - now), go);
        return;
      }
      due += step.afterMs;
      bytes += step.bytes;
      next += 1;
    }
    if (bytes !== "") socket.write(bytes, "latin1");
    performance.finished = true;
    done();
  };
  go();
  return performance;
}
