import { claimsOf } from "../domain/limits/limit-rule.ts";
import { refusedBy } from "../domain/limits/refused-by.ts";
import { isPass } from "../ports/limiter.ts";
import type { LimitPass, LimitRefusal } from "../ports/limiter.ts";
import type { Gateway } from "./gateway.ts";
import { callSubjectsOf } from "./meters/call-subjects-of.ts";
import { likelyTokens } from "./meters/expected-tokens.ts";
import { limited } from "./meters/limited.ts";
import { noteRefused } from "./meters/note-refused.ts";
import { noteTurnedAway, rankOf, visitOf } from "./meters/visit-of.ts";
import type { OpenCall } from "./open-call.ts";
import { refusePaused } from "./refuse-paused.ts";

/**
 * Lets the call in by all the limits that it falls under, or says which one it has to wait for. Who has waited while
 * somebody stopped everything is refused: nobody has been asked yet. Limits that go by the model follow when one is asked.
 */
export function limit(gateway: Gateway, call: OpenCall): Promise<void> | null {
  const { limiter, waiting } = gateway;
  const { limits = [], split, queue = null } = call.settings.meters ?? {};
  const rules = split === undefined ? limits : split.ofCalls;
  if (rules.length === 0) return null;
  const subjects = callSubjectsOf(call);
  const claims = claimsOf(rules, subjects);
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
