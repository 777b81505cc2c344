import { releaseName } from "../domain/release/release.ts";
import type { OpenCall } from "./open-call.ts";
import { tierOf } from "./tier-of.ts";

/** The headers that say what served a call. Values come from validated configuration, never from text of a client. */
export function answerHeaders(call: OpenCall): Record<string, string> {
  const headers: Record<string, string> = { "x-rollward-call": call.id };
  if (call.placement !== null) {
    headers["x-rollward-release"] = releaseName(call.placement.release);
    headers["x-rollward-arm"] = call.placement.arm;
  }
  const tier = tierOf(call);
  if (tier !== null) headers["x-rollward-tier"] = tier;
  return headers;
}
