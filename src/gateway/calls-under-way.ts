import { RollwardError } from "../domain/errors.ts";
import type { OpenCall } from "./open-call.ts";

/** The calls that are not answered yet, for a server that stops and must tell whoever still waits. */
export class CallsUnderWay {
  // A list and no set, as in the upstream's: V8 keeps a chain of a set's old tables alive, with all calls in them.
  readonly #calls: OpenCall[] = [];
  #isStopped = false;

  enter(call: OpenCall): void {
    call.seat = this.#calls.length;
    this.#calls.push(call);
    if (this.#isStopped) stop(call);
  }

  /** The last one takes the seat that becomes free. */
  leave(call: OpenCall): void {
    const last = this.#calls.pop();
    if (last === undefined || last === call) return;
    last.seat = call.seat;
    this.#calls[call.seat] = last;
  }

  /** Ends every call, also those that come from now on, with `server_stopped`; nobody is to blame for it but the server. */
  stop(): void {
    this.#isStopped = true;
    for (const call of this.#calls) stop(call);
  }
}

function stop(call: OpenCall): void {
  if (call.abandoned || call.ending !== null) return;
  call.stopped = new RollwardError("server_stopped");
  call.abandoned = true;
  call.underWay?.abandon(call.stopped);
}
