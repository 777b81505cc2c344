import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { placeAgain } from "./place-again.ts";

/**
 * Whether a call that is about to ask a model goes by another release, because its own was taken back while it waited: for a
 * place, or for the summary of its conversation. What was made for the release that it leaves is undone, so that it can begin
 * from `reserve` on. A call that has asked somebody stays: its failures, its money and its record are one release's.
 */
export function movesOn(gateway: Gateway, call: OpenCall): boolean {
  if (call.attempts.some(({ end }) => end !== "skipped") || !placeAgain(gateway, call)) return false;
  const { purse, context } = call;
  const paidPico = context?.summaryPico ?? 0n;
  if (purse !== undefined) {
    // Who held a place while it waits for money, and who holds money while it waits for that place, would wait for each other.
    call.rooms?.close();
    purse.hold.settle(paidPico);
    delete call.purse;
  }
  call.paidPico = (call.paidPico ?? 0n) + paidPico;
  delete call.context;
  call.routing = null;
  call.attempts.splice(0);
  return true;
}
