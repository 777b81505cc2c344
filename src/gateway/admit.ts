import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";

/** Lets the call in: within the load we can carry, and with a body that has exactly one meaning. */
export function admit(gateway: Gateway, call: OpenCall): void {
  if (gateway.load.inFlight >= call.settings.limits.inFlight) {
    const reason = `it has ${gateway.load.inFlight} calls in flight, its limit`;
    throw new RollwardError("overloaded", { reason, retryAfter: 1 });
  }
  const limitBytes = call.settings.limits.bodyBytes;
  if (call.arrival.bytes.length > limitBytes) throw new RollwardError("body_too_large", { limitBytes });
  gateway.load.inFlight += 1;
  call.admitted = true;
  call.request = call.arrival.dialect.read(call.arrival.bytes);
}
