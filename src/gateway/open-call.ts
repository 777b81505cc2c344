import type { Key } from "../domain/access/key.ts";
import type { AttemptRecord, StageTiming } from "../domain/call/call-record.ts";
import type { RollwardError } from "../domain/errors.ts";
import type { Release, ModelTarget, Timeouts } from "../domain/release/release.ts";
import type { Session } from "../domain/traffic/assignment.ts";
import type { Arm, Route } from "../domain/traffic/route.ts";
import type { Dialect, IncomingRequest } from "../ports/dialect.ts";
import type { Reply } from "../ports/reply.ts";
import type { OriginalError } from "./attempt/answer-source.ts";
import type { Gateway, GatewaySettings } from "./gateway.ts";

/** A request as an edge hands it in. */
export interface Arrival {
  readonly dialect: Dialect;
  readonly bytes: Buffer;
  /** The key that it came with: the edge has identified it before it read the body. */
  readonly key: Key;
  /** The header `x-rollward-session`, or `null`. */
  readonly sessionHeader: string | null;
  /** Headers of the dialect for a provider that speaks it, checked by the edge; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly reply: Reply;
}

/** What a call is aimed at: an endpoint by its route, or one model directly. */
export type Aim =
  | { readonly type: "endpoint"; readonly route: Route }
  | { readonly type: "direct"; readonly target: ModelTarget };

/** Who serves a call and whether its outcome is evidence. */
export interface Placement {
  readonly session: Session;
  /** The session as a unit of statistics. */
  readonly unit: string;
  readonly release: Release;
  readonly arm: Exclude<Arm, "shadow">;
  /** The rollout that drew the session into evidence, or `null`. */
  readonly evidenceOf: string | null;
}

/** A request ready for providers. */
export interface RenderedRequest {
  readonly targets: readonly ModelTarget[];
  readonly timeouts: Timeouts;
  /** The body for a target, with its model name, in the client's dialect. */
  bodyFor(target: ModelTarget): Buffer;
  readonly overrides: readonly string[];
}

/** How the call ended. */
export interface Ending {
  readonly outcome: "ok" | "failed" | "abandoned";
  readonly error: RollwardError | null;
}

/**
 * One call on its way. Stages fill it in order; `settle` turns it into the record. Mutable on purpose:
 * it lives for one request and is shared with nobody.
 */
export interface OpenCall {
  readonly id: string;
  /** Arrival, epoch milliseconds and monotonic milliseconds. */
  readonly at: number;
  readonly startedAt: number;
  readonly arrival: Arrival;
  readonly settings: GatewaySettings;
  readonly stages: StageTiming[];
  readonly attempts: AttemptRecord[];
  admitted: boolean;
  key: Key | null;
  request: IncomingRequest | null;
  aim: Aim | null;
  placement: Placement | null;
  rendered: RenderedRequest | null;
  /** Index of the target that answers; `null` until one does. */
  servedBy: number | null;
  upstreamBody: Buffer | null;
  /** The provider's own error answer of the last attempt. */
  original: OriginalError | null;
  /** The client's status once a head was sent. */
  status: number | null;
  readonly answer: Buffer[];
  finishReason: string | null;
  firstTokenMs: number | null;
  ending: Ending | null;
  /** Set by the edge when the client leaves; `stop` is what to do then. */
  abandoned: boolean;
  stop: (() => void) | null;
}

/** Opens a call and listens for the client leaving. */
export function openCall(gateway: Gateway, arrival: Arrival): OpenCall {
  const call: OpenCall = {
    id: gateway.ids.next("call"),
    at: gateway.clock.now(),
    startedAt: gateway.clock.elapsed(),
    arrival,
    settings: gateway.settings(),
    stages: [],
    attempts: [],
    admitted: false,
    key: null,
    request: null,
    aim: null,
    placement: null,
    rendered: null,
    servedBy: null,
    upstreamBody: null,
    original: null,
    status: null,
    answer: [],
    finishReason: null,
    firstTokenMs: null,
    ending: null,
    abandoned: false,
    stop: null,
  };
  arrival.reply.onAbandoned(() => {
    call.abandoned = true;
    call.stop?.();
  });
  return call;
}

/** Milliseconds since the call arrived. */
export const sinceArrival = (gateway: Gateway, call: OpenCall): number => gateway.clock.elapsed() - call.startedAt;
