import type { CallReference } from "../domain/call/call-reference.ts";
import { releaseName } from "../domain/release/release.ts";
import { traceIdOf } from "../domain/trace/trace-ids.ts";
import type { OpenCall } from "./open-call.ts";

/** The reference of a call under way, as far as it is known where it goes. */
export function referenceOfOpen({ id, arrival, settings, aim, placement }: OpenCall): CallReference {
  const joined = arrival.trace?.traceId;
  return {
    call: id,
    trace: traceIdOf(joined === undefined ? { id } : { id, traceId: joined }),
    environment: settings.environment,
    ...(aim?.type === "endpoint" && { endpoint: aim.route.channel.endpoint }),
    ...(placement !== null && { release: releaseName(placement.release), arm: placement.arm }),
  };
}
