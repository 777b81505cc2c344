import type { ServerResponse } from "node:http";

/** A signal that is told when the client has left. `onGone` says how one hears of that, also where it has happened. */
export function goneSignal(onGone: (stop: () => void) => void): AbortSignal {
  const controller = new AbortController();
  onGone(() => controller.abort());
  return controller.signal;
}

/** The same for a response of Node's. */
export const goneFrom = (response: ServerResponse): AbortSignal =>
  goneSignal((stop) => (response.closed ? stop() : void response.once("close", stop)));
