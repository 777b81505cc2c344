import { ageMsOf, worthOf } from "../../domain/cache/cache-wish.ts";
import type { RollwardError } from "../../domain/errors.ts";
import { faultClassOf } from "../../domain/health/fault-class.ts";
import type { FaultClass } from "../../domain/health/fault-class.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { encodeAnswer } from "./encode-answer.ts";
import { replay } from "./replay.ts";

const AWAY: ReadonlySet<FaultClass> = new Set(["outage", "late", "gone", "rate-limit", "credentials"]);

/** Whether nobody could answer, whoever is to blame; a request that is refused would be refused again. */
export const isAway = (error: RollwardError): boolean => AWAY.has(faultClassOf(error));

/**
 * The end of the fallback chain: when every target has failed and the release permits it, an older answer to exactly
 * this question is given and says that it is one. False when there is none, or what failed is the request itself.
 */
export function serveStale(gateway: Gateway, open: OpenCall, error: RollwardError): boolean {
  const course = open.cache;
  if (course == null || course.lastResort === null || open.abandoned || open.status !== null) return false;
  if (course.policy.staleForMs === 0 || !isAway(error)) return false;
  const ageMs = ageMsOf(course.lastResort, gateway.clock.now());
  // The attempts may have taken longer than it had left.
  if (worthOf(ageMs, course.policy, course.wish) === "gone") return false;
  const recalled = encodeAnswer(gateway, open, course.lastResort);
  if (recalled === null) return false;
  course.status = "stale";
  course.served = recalled;
  replay(gateway, open, recalled);
  return true;
}
