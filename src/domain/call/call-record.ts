import type { ContextFact } from "../context/context-policy.ts";
import type { CacheFact } from "../cache/cache-fact.ts";
import type { CallFinding } from "../answer/find-in-answer.ts";
import type { PromptCacheFact } from "../prompt-cache/prompt-cache-fact.ts";
import type { ErrorCode } from "../errors.ts";
import type { RefusedBy } from "../limits/refused-by.ts";
import type { MeteredUsage } from "../money/price.ts";
import type { RoutingFact } from "../routing/routing-fact.ts";
import type { PlacementReason } from "../traffic/placement-reason.ts";
import type { Arm } from "../traffic/route.ts";
import type { ParentSpan } from "../trace/trace-ids.ts";
import type { CallUnits } from "./units.ts";
import type { Session } from "../traffic/assignment.ts";

/**
 * What served the answer; `fallback:1` is the second model of the chain, `stale` an old answer that was given because
 * every model had failed.
 */
export type Tier = "primary" | `fallback:${number}` | "cache:exact" | "cache:semantic" | "stale";

/** One stage of a request's way. Offsets are milliseconds from the arrival of the request. */
export interface StageTiming {
  readonly stage: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Why an attempt was made: the call began with it, the same place was asked again, another key or deployment of
 * the same model stepped in, another model did, a first token was late, the answer before had a finding, or a
 * cascade went on to a stronger model.
 */
export type AttemptReason = "first" | "retry" | "other" | "fallback" | "hedge" | "repair" | "escalation";

/**
 * How an attempt ended: it answered, it failed, it was not made because its breaker was open or its keys rested,
 * another one was faster, the client left (or the server was stopped, which its error says), or its answer was whole and not
 * good enough.
 */
export type AttemptEnd = "answered" | "failed" | "skipped" | "lost" | "abandoned" | "rejected";

/** One try against one provider inside a call. Offsets are milliseconds from the arrival of the request. */
export interface AttemptRecord {
  readonly provider: string;
  readonly model: string;
  /** These three are absent in records from before providers had several keys. */
  readonly reason?: AttemptReason;
  readonly end?: AttemptEnd;
  /** Number of the provider's key, from 0; `null` where there is nothing to choose. */
  readonly key?: number | null;
  readonly startMs: number;
  readonly firstByteMs: number | null;
  readonly endMs: number;
  /** HTTP status of the provider; `null` when none came. */
  readonly status: number | null;
  /** What of the request it was not given, as `reasoning` and `user`; absent where it was given all. */
  readonly leftOut?: readonly string[];
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  readonly usage: MeteredUsage | null;
  /**
   * What the answer says that it comes from, where that is another name than was asked for, or the provider marks the
   * system that ran (`system_fingerprint`); absent where there is nothing to say.
   */
  readonly answered?: { readonly model: string; readonly fingerprint?: string };
  /** What it has used that is not counted in tokens. */
  readonly units?: CallUnits;
  readonly costPico: bigint;
  /** It was paid at the price of prompts with more tokens than this; absent was the first price. */
  readonly priceAbove?: number;
  /** Id of its span, where its provider was told one; absent follows from the call's id (`spanIdOf`). */
  readonly spanId?: string;
}

/** The exact bytes of a call. `null` when the release records facts only or the bytes were dropped. */
export interface CallBodies {
  /** As the client sent it. */
  readonly request: Uint8Array | null;
  /** As it went to the provider of the last attempt. */
  readonly upstream: Uint8Array | null;
  /** As the client received it. */
  readonly answer: Uint8Array | null;
}

/** Status noted of a call whose client left before any was sent (nginx's convention). */
export const CLIENT_LEFT = 499;

/** Everything kept of one call except its bytes. */
export interface CallFacts {
  /** `call_…`, sortable by time. */
  readonly id: string;
  /** Arrival, epoch milliseconds. */
  readonly at: number;
  readonly keyId: string | null;
  readonly dialect: string;
  /** The `model` field as the client sent it. */
  readonly requestedModel: string;
  /** `null` for a direct `provider/model` call. */
  readonly endpoint: string | null;
  readonly environment: string;
  readonly session: Session | null;
  /** The end user, as the client named it; absent where it named none. */
  readonly user?: string;
  readonly epoch: number | null;
  readonly rolloutId: string | null;
  readonly releaseId: string | null;
  /** `support-bot@7`, or `null` for a direct call. */
  readonly release: string | null;
  /** The arm the session is assigned to; evidence counts by it. */
  readonly arm: Arm | null;
  /** Why it was served where no lot of the ladder put it; absent is the usual. */
  readonly placement?: PlacementReason;
  readonly tier: Tier | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly stream: boolean;
  /** HTTP status the client received; 499 when it left before one was sent. */
  readonly status: number;
  readonly outcome: "ok" | "failed" | "abandoned";
  readonly errorCode: ErrorCode | null;
  /** The budget or limit that refused it; absent where none did, and in records from before. */
  readonly refusedBy?: RefusedBy;
  /**
   * The client left while it waited: before it was given anything, or when nothing new had come for a while; absent where it
   * did not, and in records from before.
   */
  readonly leftWaiting?: true;
  readonly finishReason: string | null;
  readonly stages: readonly StageTiming[];
  readonly attempts: readonly AttemptRecord[];
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
  readonly usage: MeteredUsage | null;
  /** What it has used that is not counted in tokens; absent in records of all other calls. */
  readonly units?: CallUnits;
  readonly costPico: bigint;
  readonly priceVersion: string | null;
  /** Absent where the release keeps no answers. */
  readonly cache?: CacheFact;
  /** What is wrong with the answer, and with those that were rejected before it; absent when nothing was found. */
  readonly findings?: readonly CallFinding[];
  /** How the conversation was made to fit; absent where the release does not say what becomes of long ones. */
  readonly context?: ContextFact;
  /** What the providers' prompt caches had to do with it; absent where they were not used. */
  readonly promptCache?: PromptCacheFact;
  /** Which of its models the release chose, and why; absent where it has no routing. */
  readonly routing?: RoutingFact;
  /** Made by a backtest, as the replay of a recorded call; absent in all others. */
  readonly backtest?: BacktestMark;
  /** Request fields that the release overrode. */
  readonly overrides: readonly string[];
  /** Days to keep the bytes; 0 when none are kept. */
  readonly retainBodiesDays: number;
  /** The caller's trace, or that of the call it copies; absent has one of its own. Read it by `traceIdOf`. */
  readonly traceId?: string;
  /** The caller's span that it belongs under; absent is the root of its trace. */
  readonly parentSpan?: ParentSpan;
}

/** That a call replays a recorded one: no user has seen it, and nothing counts it as traffic. */
export interface BacktestMark {
  /** `bkt_…`, or `rpl_…` where a person asked for it. */
  readonly id: string;
  /** Id of the recorded call that it replays, or that its turn began with; "" for a request that a person wrote. */
  readonly replays: string;
}

/** One recorded call. */
export interface CallRecord {
  readonly facts: CallFacts;
  readonly bodies: CallBodies;
}
