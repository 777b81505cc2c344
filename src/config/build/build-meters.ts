import type { BudgetRule } from "../../domain/budgets/budget-rule.ts";
import type { CallFilter } from "../../domain/limits/call-subjects.ts";
import { defaultBurst } from "../../domain/limits/limit-rule.ts";
import type { LimitRule, QueueRule, Rate } from "../../domain/limits/limit-rule.ts";
import { QUEUE_CALLS } from "../schema/meters-schema.ts";
import type { BudgetInput, QueueInput, RateInput, RateLimitInput } from "../schema/meters-schema.ts";

/** What calls are measured by, as configured. */
export interface MeterSettings {
  readonly limits: readonly LimitRule[];
  readonly budgets: readonly BudgetRule[];
  /** Whether calls over a limit wait; `null` refuses them at once. */
  readonly queue: QueueRule | null;
}

/** What rollward.yaml says of limits and budgets. */
export interface MeterInput {
  readonly rates?: Readonly<Record<string, RateLimitInput>> | undefined;
  readonly queue?: QueueInput | undefined;
  readonly budgets?: Readonly<Record<string, BudgetInput>> | undefined;
}

/** Limits and budgets of a project; `null` where it has neither. */
export function buildMeters({ rates = {}, queue, budgets = {} }: MeterInput): MeterSettings | null {
  const built = {
    queue: queue === undefined ? null : queueOf(queue),
    limits: Object.entries(rates).map(([name, input]) => limitOf(name, input)),
    budgets: Object.entries(budgets).map(([name, input]) => budgetOf(name, input)),
  };
  return built.limits.length + built.budgets.length === 0 && built.queue === null ? null : built;
}

const queueOf = ({ calls, wait, classes = [] }: QueueInput): QueueRule => ({
  calls: calls ?? QUEUE_CALLS,
  longestWaitMs: wait,
  classes: classes.map(filterOf),
});

const limitOf = (name: string, input: RateLimitInput): LimitRule => ({
  name,
  per: input.per,
  only: filterOf(input.only),
  requests: rateOf(input.requests, input.burst),
  tokens: rateOf(input.tokens, input.burst_tokens),
  concurrent: input.concurrent ?? null,
});

const rateOf = (rate: RateInput | undefined, burst: number | undefined): Rate | null =>
  rate === undefined ? null : { ...rate, burst: Math.min(burst ?? defaultBurst(rate.amount), rate.amount) };

const budgetOf = (name: string, input: BudgetInput): BudgetRule => ({
  name,
  per: input.per,
  window: input.window,
  limitPico: input.amount,
  only: filterOf(input.only),
  atLimit: input.at_limit ?? "refuse",
  ...(input.degrade_to !== undefined && { degradeTo: input.degrade_to }),
  whenUnreachable: input.when_unreachable ?? "refuse",
});

const filterOf = (only: BudgetInput["only"] = {}): CallFilter => ({
  ...(only.tenants !== undefined && { tenants: only.tenants }),
  ...(only.keys !== undefined && { keys: only.keys }),
  ...(only.endpoints !== undefined && { endpoints: only.endpoints }),
  ...(only.models !== undefined && { models: only.models }),
});

/** How often a key may ask for flags; `null` where nothing is said. All of a window may come at once: a page asks for many. */
export const evaluationRateOf = (input: RateInput | undefined): Rate | null =>
  input === undefined ? null : { ...input, burst: Math.min(input.amount, MOST_AT_ONCE) };

/** `limits.feedback`. */
export const feedbackRateOf = (input: RateInput = { amount: 500, windowMs: 1_000 }): Rate => ({
  ...input,
  burst: Math.min(input.amount, MOST_AT_ONCE),
});

const MOST_AT_ONCE = 10_000;
