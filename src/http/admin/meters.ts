import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { listBudgets, listLimits, releaseBudget } from "../../contract/meters.ts";
import type { budgetView, limitView } from "../../contract/meters.ts";
import type { BudgetRule } from "../../domain/budgets/budget-rule.ts";
import { windowAt } from "../../domain/budgets/budget-rule.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { LimitRule, Rate } from "../../domain/limits/limit-rule.ts";
import { BudgetForecasts } from "../../jobs/budget-forecasts.ts";
import type { BankAccount } from "../../ports/budget-bank.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { loadViewOf, refusalsOf } from "./load-view-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Accounts that are looked through for one budget. */
const MOST_ACCOUNTS = 10_000;

/** Limits and budgets: what is configured, and what was spent. */
export function meters(app: FastifyInstance, { gateway, delivery, storesOf }: AdminTerms): void {
  const { clock } = gateway;
  const { replicaId } = delivery.replicas;
  const forecasts = new BudgetForecasts(clock);

  serveRoute(app, { gateway, route: listLimits }, ({ gateway: own }) => {
    const { meters: subjects, shared } = own.limiter.counts();
    const data = (own.settings().meters?.limits ?? []).map(limitOf);
    return { data, subjects, shared, ...refusalsOf(own), ...loadViewOf(own) };
  });

  serveRoute(app, { gateway, route: listBudgets }, async ({ query: { budget, limit }, environment, gateway: own }) => {
    const now = clock.now();
    const { budgets: bank, spend } = storesOf(environment);
    const configured = own.settings().meters?.budgets ?? [];
    const rules = configured.filter(({ name }) => name === (budget ?? name));
    const known = (await bank.list(now, budget === undefined ? limit : MOST_ACCOUNTS, replicaId))
      .filter((account) => account.budget === (budget ?? account.budget))
      .slice(0, limit);
    if (budget !== undefined && rules.length === 0 && known.length === 0) throw notFound(budget, configured);
    const unused = rules.filter(({ name }) => !known.some((account) => account.budget === name));
    const ruled = known.map((account) => ({ account, rule: rules.find(({ name }) => name === account.budget) }));
    const expected = await forecasts.of(
      { environment, spend },
      ruled.map(({ account, rule }) => ({ rule, subject: account.subject, spentPico: account.settledPico })),
    );
    const data = [
      ...ruled.map(({ account, rule }, index) => ({
        ...budgetOf(account, rule),
        expected_pico: expected[index]?.toString() ?? null,
      })),
      ...unused.map((rule) => unusedOf(rule, now)),
    ];
    return { data, trouble: own.budgets.counts().trouble };
  });

  serveRoute(
    app,
    { gateway, route: releaseBudget },
    async ({ params: { budget }, body: { reason }, key, environment, gateway: own }) => {
      const { budgets: bank } = storesOf(environment);
      const released = await bank.release(budget, replicaId);
      const configured = own.settings().meters?.budgets ?? [];
      if (released.length === 0 && configured.every(({ name }) => name !== budget)) throw notFound(budget, configured);
      const releasedPico = released.reduce((sum, one) => sum + one.releasedPico, 0n);
      if (released.length > 0) {
        own.announcer.budgetReleased?.({ budget, releasedPico, by: key?.name ?? "unknown", reason });
      }
      return { data: released.map((one) => ({ subject: one.subject, released_pico: String(one.releasedPico) })) };
    },
  );
}

function notFound(budget: string, configured: readonly BudgetRule[]): RollwardError {
  const names = configured.map(({ name }) => name).slice(0, 20);
  return new RollwardError("budget_not_found", { budget, known: names.join(", ") || "none" });
}

const limitOf = ({ name, per, only, requests, tokens, concurrent }: LimitRule): z.input<typeof limitView> => ({
  name,
  per,
  only: {
    ...(only.tenants !== undefined && { tenants: [...only.tenants] }),
    ...(only.keys !== undefined && { keys: [...only.keys] }),
    ...(only.endpoints !== undefined && { endpoints: [...only.endpoints] }),
    ...(only.models !== undefined && { models: [...only.models] }),
  },
  requests: rateOf(requests),
  tokens: rateOf(tokens),
  concurrent,
});

const rateOf = (rate: Rate | null): z.input<typeof limitView>["requests"] =>
  rate === null ? null : { amount: rate.amount, window_seconds: rate.windowMs / 1_000, burst: rate.burst };

const budgetOf = (
  account: BankAccount,
  rule: BudgetRule | undefined,
): Omit<z.input<typeof budgetView>, "expected_pico"> => ({
  budget: account.budget,
  per: rule?.per ?? null,
  window: rule?.window ?? null,
  subject: account.subject,
  ends_at: account.endsAt === null ? null : instantOf(account.endsAt),
  limit_pico: String(rule?.limitPico ?? account.limitPico),
  spent_pico: String(account.settledPico),
  held_pico: String(account.heldPico < 0n ? 0n : account.heldPico),
  held_by_dead_pico: String(account.deadPico),
});

function unusedOf({ name, per, window, limitPico }: BudgetRule, now: number): z.input<typeof budgetView> {
  const { endsAt } = windowAt(window, now);
  const end = endsAt === null ? null : instantOf(endsAt);
  const none = { expected_pico: null, spent_pico: "0", held_pico: "0", held_by_dead_pico: "0" };
  return { budget: name, per, window, subject: "", ends_at: end, limit_pico: String(limitPico), ...none };
}
