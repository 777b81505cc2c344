import { RollwardError } from "../../domain/errors.ts";
import type { LimitRule } from "../../domain/limits/limit-rule.ts";
import type { LimitRefusal } from "../../ports/limiter.ts";

/** What the client of a refused call is told: the name of the limit, and nothing of whoever else it applies to. */
export function limited({ claim: { rule }, kind, retryAfterMs }: LimitRefusal): RollwardError {
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
