import type { Socket } from "node:net";
import type { Clock } from "../../../ports/clock.ts";
import type { Script } from "./script.ts";

/** Where a script is played. */
export interface Stage {
  readonly socket: Socket;
  readonly clock: Clock;
}

/**
 * Writes a script's steps to a socket when they are due, all that are due in one write; then calls `done`,
 * before this returns if nothing has to wait. Times are reckoned from the start, so that late timers do not
 * add up. The returned function stops it.
 */
export function play({ steps }: Script, { socket, clock }: Stage, done: () => void): () => void {
  let due = clock.elapsed();
  let next = 0;
  let cancel: () => void = () => {};

  const go = (): void => {
    const now = clock.elapsed();
    let bytes = "";
    let step = steps[next];
    while (step !== undefined && due + step.afterMs <= now) {
      due += step.afterMs;
      bytes += step.bytes;
      next += 1;
      step = steps[next];
    }
    if (bytes !== "") socket.write(bytes, "latin1");
    if (step === undefined) return done();
    cancel = clock.after(Math.ceil(due + step.afterMs - now), go);
  };
  go();
  return () => cancel();
}
