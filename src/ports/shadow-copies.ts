import type { CallRecord } from "../domain/call/call-record.ts";
import type { Release } from "../domain/release/release.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { ShadowEvidence } from "../domain/shadow/shadow-evidence.ts";
import type { KeptShadowPair } from "../domain/shadow/shadow-pair.ts";
import type { ChannelName, ShadowRoute } from "../domain/traffic/route.ts";
import type { Dialect } from "./dialect.ts";

/** A call that stable has answered, to be answered by a candidate for nobody. */
export interface CallToCopy {
  readonly channel: ChannelName;
  readonly shadow: ShadowRoute;
  readonly stable: Release;
  /** The session as a unit of statistics. */
  readonly unit: string;
  readonly dialect: Dialect;
  /** With its bytes, also where the release keeps none. */
  readonly record: CallRecord;
}

/** Copies calls for shadow stages. */
export interface ShadowCopies {
  /** Takes a call that has ended, or leaves it. Never waits, never throws. */
  offer(call: CallToCopy): void;
}

/** What the copies of one rollout showed. */
export interface ShadowBook {
  readonly evidence: ShadowEvidence;
  /** Calls of sampled sessions that this server did not copy, and pairs that it had nobody judge, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Why the judge of pairs made nothing of one, the last time; `null` where it never was so. */
  readonly judgeTrouble: string | null;
  /** The configured budget that had no room for the last copy or questions here; `null` where all had. */
  readonly noRoomIn: string | null;
  /** Newest first. */
  readonly recent: readonly KeptShadowPair[];
}

/** Shows what copies showed, also after the end of their rollout. */
export interface ShadowBooks {
  show(rollout: Rollout): Promise<ShadowBook>;
}
