import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import { callSubjectsOf } from "./meters/call-subjects-of.ts";
import { rankOf } from "./meters/visit-of.ts";
import type { OpenCall } from "./open-call.ts";

/**
 * Refuses the call where the process has more to do than it can and its class comes later than others. Only the class
 * decides, before anybody is assigned to anything: both arms of a rollout lose the same calls. What is under way stays.
 */
export function shed(gateway: Gateway, call: OpenCall): void {
  if (gateway.overload.isShedding()) refuseLater(gateway, call);
  call.loadBytes = call.arrival.bytes.length;
  gateway.load.bytes += call.loadBytes;
}

function refuseLater(gateway: Gateway, call: OpenCall): void {
  const classes = call.settings.meters?.queue?.classes ?? [];
  if (!gateway.overload.refuses(rankOf({ classes }, callSubjectsOf(call)), classes.length)) return;
  throw new RollwardError("overloaded", {
    reason: reasonOf(gateway),
    retryAfter: 1 + Math.floor(gateway.random() * RETRY_SPREAD_S),
  });
}

/** What there is too much of, and until when the class is refused. */
function reasonOf(gateway: Gateway): string {
  const { delayMs, bytes } = gateway.overload.counts();
  const { shedAt = null } = gateway.settings().limits;
  if (shedAt !== null && bytes >= shedAt.bytes) {
    return `it holds ${bytes} bytes of requests, more than it should (${shedAt.bytes}), and calls of this class are refused until it holds fewer`;
  }
  if (shedAt !== null && delayMs >= shedAt.delayMs) {
    return "it is behind with its work, and calls of this class are refused until it has caught up";
  }
  return "it had until just now, and calls of this class are refused until that is two seconds ago";
}

/** Those who were refused together do not come back together, s. */
const RETRY_SPREAD_S = 4;
