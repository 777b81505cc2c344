import type { AttemptReason } from "../../domain/call/call-record.ts";
import type { FaultPolicy } from "../../domain/release/fault-policy.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { likelyRequestTokens } from "../meters/likely-request-tokens.ts";
import { mostAnswer } from "../meters/most-units.ts";
import { tierNamed } from "../meters/tiers-asked.ts";
import { present } from "../present.ts";
import { traceFor } from "../trace-for.ts";
import { Attempt } from "./attempt.ts";
import type { Place } from "./find-place.ts";
import { sourceFor } from "./source-for.ts";
import { Ticket } from "./ticket.ts";

/** What an attempt is made for. */
export interface AttemptOrder {
  readonly place: Place;
  readonly reason: AttemptReason;
  readonly policy: FaultPolicy;
  /** Whether somebody else could answer if this one does not. */
  readonly hasNext: boolean;
  /** Whether the answer is held until it is complete. */
  readonly whole: boolean;
  /** Changes the rendered body before it is sent; absent sends it as it is. */
  readonly amend?: (body: Buffer) => Buffer;
}

/** An attempt under way, the position of its target, and the rendered request it was made from. */
export interface Runner {
  readonly attempt: Attempt;
  readonly target: number;
  readonly body: Buffer;
}

/** Makes an attempt at a place; nothing is sent yet. Throws what the target cannot be asked, e.g. `untranslatable`. */
export function beginAttempt(gateway: Gateway, open: OpenCall, order: AttemptOrder): Runner {
  const { place, policy, reason } = order;
  const { target, provider, price, health } = place.deployment;
  const rendered = present(open.rendered);
  const { stream } = present(open.request);
  const ticket = new Ticket(gateway, place, stream);
  try {
    const plain = rendered.bodyFor(target);
    const body = order.amend?.(plain) ?? plain;
    const trace = traceFor(gateway, open, provider.name);
    const asked = { provider, target, body, key: place.key, ...(trace !== null && { trace: trace.headers }) };
    const source = sourceFor(gateway, open, asked);
    const deadline = open.startedAt + rendered.timeouts.totalMs;
    const tier = price.tiers === undefined ? undefined : tierNamed(open);
    const terms = {
      clock: gateway.clock,
      target,
      price,
      timeouts: rendered.timeouts,
      deadline,
      stream,
      answerMs: answerMs(policy, deadline - gateway.clock.elapsed(), order.hasNext),
      whole: order.whole,
      holdBack: policy.holdBack,
      reason,
      key: health.keys.size > 1 ? place.key : null,
      startedAt: open.startedAt,
      requestTokens: () => likelyRequestTokens(body, target.model),
      most: () => mostAnswer(open, place.deployment),
      ...(tier !== undefined && { tier }),
      answerBytes: open.settings.limits.answerBytes,
      ...(trace !== null && { spanId: trace.spanId }),
    };
    return { attempt: new Attempt(terms, source, ticket), target: place.target, body };
  } catch (error) {
    ticket.unused();
    throw error;
  }
}

/** A whole answer shows no sign of life before its end, so half of the time is kept for who comes next. */
function answerMs(policy: FaultPolicy, remainingMs: number, hasNext: boolean): number {
  if (policy.answerMs !== null) return policy.answerMs;
  return hasNext ? remainingMs / 2 : Number.POSITIVE_INFINITY;
}
