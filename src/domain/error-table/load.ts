import type { ErrorRow } from "./row.ts";

/** Load. */
export const LOAD_ERRORS = {
  paused: {
    status: 503,
    retryable: true,
    message: "{calls} are stopped: {reason}",
    help: "Whoever operates this server stopped them on purpose; `rollward pauses` says who and what, `rollward resume` with that (`--everything`, or an endpoint) lets them in again.",
  },
  overloaded: {
    status: 503,
    retryable: true,
    message: "This server has more to do than it can: {reason}.",
    help: "Wait as `Retry-After` says. `rollward limits show` tells who is refused; `limits.in_flight` and `limits.shed_at` of rollward.yaml say from where on.",
  },
  bodies_full: {
    status: 503,
    retryable: true,
    message: "The request bodies that are arriving at this server have reached {limitBytes} bytes, its limit.",
    help: "Try again shortly; bodies of up to 16 KiB are always taken.",
  },
  rate_limited: {
    status: 429,
    retryable: true,
    message: "The limit {limit} is reached: {amount} for each {per}.",
    help: "Wait as `Retry-After` says. `rollward limits show` lists the limits; they are set in `limits.rates` of rollward.yaml.",
  },
  flags_rate_limited: {
    status: 429,
    retryable: true,
    message: "This key asks for flags too often: {amount} are allowed in {seconds} s.",
    help: "Wait as `Retry-After` says, ask for all flags at once, or raise `limits.evaluations` in rollward.yaml.",
  },
  feedback_rate_limited: {
    status: 429,
    retryable: true,
    message: "This key sends feedback too often: {amount} things are taken in {seconds} s.",
    help: "Wait as `Retry-After` says, send metrics in batches over time, or raise `limits.feedback` in rollward.yaml.",
  },
  budget_spent: {
    status: 402,
    retryable: false,
    message: "The budget {budget} of this {per} has no room for this call, which may cost up to {needed} USD{left}.",
    help: "Send a smaller `max_tokens`{wait}, or raise the budget in rollward.yaml. `rollward budgets list` shows what was spent.",
  },
  budget_held: {
    status: 429,
    retryable: true,
    message:
      "What is left of the budget {budget} of this {per} is held by calls under way; this call may cost up to {needed} USD{left}.",
    help: "Wait as `Retry-After` says: calls that end free what they did not use. A smaller `max_tokens` holds less.",
  },
  budget_unknown: {
    status: 503,
    retryable: true,
    message: "What is left of the budget {budget} cannot be found out at the moment.",
    help: "Try again shortly. A budget with `when_unreachable: allow` lets calls go on.",
  },
  alert_backtest_busy: {
    status: 429,
    retryable: true,
    message: "This server is running rules of alerts over the past already, and does so once at a time.",
    help: "Try again in a moment. One rule (`rollward alerts backtest <rule>`) or fewer days (`--days`) take less time.",
  },
} as const satisfies Record<string, ErrorRow>;
