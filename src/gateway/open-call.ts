import type { Key } from "../domain/access/key.ts";
import type { CallFinding } from "../domain/answer/find-in-answer.ts";
import type { AttemptRecord, StageTiming } from "../domain/call/call-record.ts";
import type { RollwardError } from "../domain/errors.ts";
import type { Release, ModelTarget, Timeouts } from "../domain/release/release.ts";
import type { RefusedBy } from "../domain/limits/refused-by.ts";
import type { Session } from "../domain/traffic/assignment.ts";
import type { PlacementReason } from "../domain/traffic/placement-reason.ts";
import type { Arm, Route } from "../domain/traffic/route.ts";
import type { TraceContext } from "../domain/trace/trace-context.ts";
import type { AnswerFacts, Dialect, IncomingRequest } from "../ports/dialect.ts";
import type { WireAddress } from "../ports/provider.ts";
import type { Reply } from "../ports/reply.ts";
import type { CacheWish } from "../domain/cache/cache-wish.ts";
import type { LimitPass, LimitState } from "../ports/limiter.ts";
import type { OriginalError } from "./attempt/answer-source.ts";
import type { CacheCourse } from "./cache/course.ts";
import type { OpenContext } from "./context/open-context.ts";
import type { Gateway, GatewaySettings } from "./gateway.ts";
import type { ModelRooms } from "./meters/model-rooms.ts";
import type { OpenPurse } from "./meters/open-purse.ts";
import type { QueueNote } from "./meters/visit-of.ts";
import type { SentRequest } from "./prompt-cache/steer.ts";
import type { OpenRouting } from "./routing/open-routing.ts";

/** A request as an edge hands it in. */
export interface Arrival {
  readonly dialect: Dialect;
  readonly bytes: Buffer;
  /** The key that it came with: the edge has identified it before it read the body. */
  readonly key: Key;
  /** The header `x-rollward-session`, or `null`. */
  readonly sessionHeader: string | null;
  /** The release or rollout that the header `x-rollward-preview` asks for; absent or `null` for none. */
  readonly preview?: string | null;
  /** Headers of the dialect for a provider that speaks it, checked by the edge; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which of the dialect's operations is asked for, where it has several. */
  readonly address?: WireAddress;
  /** The provider that is meant, for what has no model; `null` where none is named, absent for all that has one. */
  readonly provider?: string | null;
  /** What the client says about kept answers; absent or `null` when it says nothing. */
  readonly cacheWish?: CacheWish | null;
  /** The caller's trace; absent or `null` where the call begins one. */
  readonly trace?: TraceContext | null;
  /** Told the release that serves, before it is asked; a direct call has none. */
  readonly onRelease?: (release: Release) => void;
  /** Parts of the conversation that are not in the request, because nobody could be given them; absent is none. */
  readonly leftOut?: readonly string[];
  readonly reply: Reply;
}

/** What a call is aimed at: an endpoint by its route, or one model directly. */
export type Aim =
  | { readonly type: "endpoint"; readonly route: Route }
  | { readonly type: "direct"; readonly target: ModelTarget };

/** Stands for the model of what has none: files belong to the whole provider. */
export const NO_MODEL = "";

/** Who serves a call and whether its outcome is evidence. */
export interface Placement {
  readonly session: Session;
  /** The session as a unit of statistics. */
  readonly unit: string;
  readonly release: Release;
  readonly arm: Exclude<Arm, "shadow">;
  /** The rollout that drew the session into evidence, or `null`. */
  readonly evidenceOf: string | null;
  /** The rollout that this very call drew the session into; absent where it was drawn before, or not at all. */
  readonly drawnFor?: string;
  /** Why it is served where no lot of the ladder put it; absent is the usual. */
  readonly reason?: PlacementReason;
}

/** A request ready for providers. */
export interface RenderedRequest {
  readonly targets: readonly ModelTarget[];
  readonly timeouts: Timeouts;
  /** The body for a target, with its model name, in the client's dialect. */
  bodyFor(target: ModelTarget): Buffer;
  readonly overrides: readonly string[];
  /** The release's own prompt and tools as text, for counting. */
  own(): string;
}

/** How the call ended. */
export interface Ending {
  readonly outcome: "ok" | "failed" | "abandoned";
  readonly error: RollwardError | null;
}

/** What is done for a client, and in vain once that has left, or will get no more. */
export interface Abandonable {
  /** `stopped` says that it is the server who ends it; absent or `null` says that the client has left. */
  abandon(stopped?: RollwardError | null): void;
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
  /** Bytes of its request as they count in the load; absent until it is let in. */
  loadBytes?: number;
  key: Key | null;
  request: IncomingRequest | null;
  aim: Aim | null;
  placement: Placement | null;
  /** The turn that it is of a session that is evidence; absent where it is none. */
  begun?: { readonly rolloutId: string; readonly number: number };
  rendered: RenderedRequest | null;
  /** Index of the target that answers; `null` until one does. */
  servedBy: number | null;
  upstreamBody: Buffer | null;
  /** Parts of the conversation that who answers was not given; absent is none. */
  leftOut?: readonly string[];
  /** The provider's own error answer of the attempt that the client is told of. */
  original: OriginalError | null;
  /** The client's status once a head was sent. */
  status: number | null;
  readonly answer: Buffer[];
  finishReason: string | null;
  /** What the answer told of itself while it passed; `null` until one was delivered. */
  answerFacts: AnswerFacts | null;
  /** What is wrong with the answer, and with those that were rejected before it. */
  readonly findings: CallFinding[];
  /** Whether the checks have seen the answer before it went out. */
  isExamined: boolean;
  firstTokenMs: number | null;
  /** The call's way past the cache; absent where its release keeps no answers. */
  cache?: CacheCourse | null;
  /** How the conversation was made to fit; absent where the release does not say what becomes of long ones. */
  context?: OpenContext;
  /** Which of the release's models was chosen; absent where it has no routing. */
  routing?: OpenRouting | null;
  /** Requests that were marked or named for a prompt cache; absent is none. */
  sentRequests?: SentRequest[];
  /** How the limits stand that it was let in or refused by; absent without limits. */
  limits?: readonly LimitState[];
  pass?: LimitPass;
  /** What it has taken of limits that go by the model; absent where there are none, and until one is asked. */
  rooms?: ModelRooms;
  /** What it had to do with the line of those who wait; absent where it neither waited nor was turned away from it. */
  queue?: QueueNote;
  /** The budget or limit that has refused it; absent where none has. */
  refusedBy?: RefusedBy;
  /** The money that is set aside for it; absent without budgets. */
  purse?: OpenPurse;
  /** What was paid for a release that it has left before it asked one, and its budgets have had; absent is nothing, pico-dollars. */
  paidPico?: bigint;
  /** How long nothing new of its answer had come when the client left, milliseconds; absent where it had not begun, or did not leave. */
  quietMs?: number;
  ending: Ending | null;
  /** Nobody waits for an answer any more: set by the edge when the client leaves, and where the server ends the call. */
  abandoned: boolean;
  /** What the client is told because the server stops; absent or `null` where that has not ended the call. */
  stopped?: RollwardError | null;
  /** Its place among the calls under way; -1 where nobody keeps it there. */
  seat: number;
  /**
   * What to abandon then. An object, because V8 keeps every call alive until its next full collection where a function is stored here
   * (docs/performance.md).
   */
  underWay: Abandonable | null;
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
    answerFacts: null,
    findings: [],
    isExamined: false,
    firstTokenMs: null,
    ending: null,
    abandoned: false,
    stopped: null,
    seat: -1,
    underWay: null,
  };
  arrival.reply.onAbandoned(() => {
    call.abandoned = true;
    call.underWay?.abandon();
  });
  return call;
}

/** What is to be abandoned when the client leaves or the server stops: at once where that has happened already. */
export function goesWith(open: Pick<OpenCall, "abandoned" | "stopped" | "underWay">, underWay: Abandonable): void {
  open.underWay = underWay;
  if (open.abandoned) underWay.abandon(open.stopped);
}

/** Milliseconds since the call arrived, to the microsecond: what is finer is noise, and twice as long in a record. */
export const sinceArrival = (gateway: Gateway, call: OpenCall): number =>
  toMicroseconds(gateway.clock.elapsed() - call.startedAt);

/** Milliseconds rounded to the microsecond. */
export const toMicroseconds = (ms: number): number => Math.round(ms * 1_000) / 1_000;
