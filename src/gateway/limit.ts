import { claimsOf } from "../domain/limits/limit-rule.ts";
import { isAbout } from "../domain/limits/call-subjects.ts";
import type { CallSubjects } from "../domain/limits/call-subjects.ts";
import type { LimitClaim, LimitRule, QueueRule } from "../domain/limits/limit-rule.ts";
import { RollwardError } from "../domain/errors.ts";
import { isPass } from "../ports/limiter.ts";
import type { LimitRefusal } from "../ports/limiter.ts";
import type { Gateway } from "./gateway.ts";
import { callSubjectsOf } from "./meters/call-subjects-of.ts";
import { likelyTokens } from "./meters/expected-tokens.ts";
import type { Visit } from "./meters/waiting-room.ts";
import type { OpenCall } from "./open-call.ts";
import { refusePaused } from "./refuse-paused.ts";

/**
 * Lets the call in by all the limits that it falls under, or says which one it has to wait for. Who has waited while
 * somebody stopped everything is refused: nobody has been asked yet.
 */
export async function limit(gateway: Gateway, call: OpenCall): Promise<void> {
  const { limiter, waiting } = gateway;
  const { meters } = call.settings;
  const subjects = callSubjectsOf(call);
  const claims = claimsOf(meters?.limits ?? [], subjects);
  if (claims.length === 0) return;
  const tokens = likelyTokens(call);
  const answer =
    meters?.queue == null
      ? limiter.take(claims, tokens)
      : waiting.enter(visitOf(call, { claims, tokens, subjects, queue: meters.queue }), meters.queue);
  const pass = answer instanceof Promise ? await answer : answer;
  call.limits = pass.states;
  if (!isPass(pass)) throw limited(pass);
  call.pass = pass;
  if (answer instanceof Promise) refusePaused(gateway, call);
}

interface Coming {
  readonly claims: readonly LimitClaim[];
  readonly tokens: number;
  readonly subjects: CallSubjects;
  readonly queue: QueueRule;
}

/** Tenants take turns, and keys where there are none. A client that leaves gives up its place. */
function visitOf(call: OpenCall, { claims, tokens, subjects, queue }: Coming): Visit {
  const at = queue.classes.findIndex((one) => isAbout(one, subjects));
  return {
    claims,
    tokens,
    rank: at < 0 ? queue.classes.length : at,
    lane: subjects.tenant ?? subjects.keyId,
    onWaiting(leave) {
      call.stop = leave;
      if (call.abandoned) leave?.();
    },
  };
}

/** Names the limit and nothing of whoever else it applies to. */
function limited({ claim: { rule }, kind, retryAfterMs }: LimitRefusal): RollwardError {
  return new RollwardError("rate_limited", {
    limit: rule.name,
    amount: amountOf(rule, kind),
    per: rule.per,
    retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  });
}

function amountOf(rule: LimitRule, kind: LimitRefusal["kind"]): string {
  if (kind === "concurrent") return `${rule.concurrent} calls at the same time`;
  const rate = rule[kind];
  return rate === null ? kind : `${rate.amount} ${kind} in ${rate.windowMs / 1_000} s`;
}
