import { claimsOf } from "../domain/limits/limit-rule.ts";
import type { LimitRule } from "../domain/limits/limit-rule.ts";
import { refusedBy } from "../domain/limits/refused-by.ts";
import { RollwardError } from "../domain/errors.ts";
import { isPass } from "../ports/limiter.ts";
import type { LimitPass, LimitRefusal } from "../ports/limiter.ts";
import type { Gateway } from "./gateway.ts";
import { callSubjectsOf } from "./meters/call-subjects-of.ts";
import { likelyTokens } from "./meters/expected-tokens.ts";
import { noteRefused } from "./meters/note-refused.ts";
import { noteTurnedAway, rankOf, visitOf } from "./meters/visit-of.ts";
import type { OpenCall } from "./open-call.ts";
import { refusePaused } from "./refuse-paused.ts";

/**
 * Lets the call in by all the limits that it falls under, or says which one it has to wait for. Who has waited while
 * somebody stopped everything is refused: nobody has been asked yet.
 */
export function limit(gateway: Gateway, call: OpenCall): Promise<void> | null {
  const { limiter, waiting } = gateway;
  const { limits = [], queue = null } = call.settings.meters ?? {};
  if (limits.length === 0) return null;
  const subjects = callSubjectsOf(call);
  const claims = claimsOf(limits, subjects);
  if (claims.length === 0) return null;
  const tokens = likelyTokens(gateway, call);
  const answer =
    queue === null
      ? limiter.take(claims, tokens)
      : waiting.enter(visitOf(gateway, call, { claims, tokens, subjects, rank: rankOf(queue, subjects) }), queue);
  if (!(answer instanceof Promise)) {
    takePass(gateway, call, answer);
    return null;
  }
  return waitForPass(gateway, call, answer);
}

async function waitForPass(gateway: Gateway, call: OpenCall, answer: Promise<LimitPass | LimitRefusal>): Promise<void> {
  takePass(gateway, call, await answer);
  refusePaused(gateway, call);
}

function takePass(gateway: Gateway, call: OpenCall, pass: LimitPass | LimitRefusal): void {
  call.limits = pass.states;
  if (!isPass(pass)) {
    const { estimateMs = pass.retryAfterMs } = pass;
    if (call.settings.meters?.queue != null) noteTurnedAway(gateway, call, estimateMs);
    // A client that has left was refused nothing.
    if (!call.abandoned) noteRefused(gateway, call, refusedBy("limit", pass.claim.rule));
    throw limited(pass);
  }
  call.pass = pass;
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
