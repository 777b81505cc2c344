import type { CallFacts } from "../domain/call/call-record.ts";
import { sessionUnit } from "../domain/traffic/session.ts";

/**
 * The session of a recorded call as a unit of statistics; `null` for a call that is no evidence, which copies and
 * replays of calls are not.
 */
export function unitOf({ keyId, session, rolloutId, arm, backtest }: CallFacts): string | null {
  if (arm === "shadow" || backtest !== undefined) return null;
  return keyId === null || session === null || rolloutId === null ? null : sessionUnit(keyId, session);
}
