import { accountsOf } from "../domain/budgets/budget-rule.ts";
import type { BudgetAccount } from "../domain/budgets/budget-rule.ts";
import { dearestInputPico } from "../domain/money/price.ts";
import { dearestPrice } from "../domain/money/service-tier.ts";
import { mostImageTokens } from "../domain/context/image-tokens.ts";
import { isHold } from "../ports/budget-ledger.ts";
import { planOf } from "./attempt/plan-of.ts";
import type { Deployment } from "./attempt/plan-of.ts";
import type { Gateway } from "./gateway.ts";
import { callSubjectsOf } from "./meters/call-subjects-of.ts";
import { mostOutputTokens } from "./meters/expected-tokens.ts";
import { mostInputTokens } from "./meters/most-input-tokens.ts";
import { formTokens } from "./meters/form-tokens.ts";
import { mostUnitsPico } from "./meters/most-units.ts";
import { tiersAsked } from "./meters/tiers-asked.ts";
import { unaffordable } from "./meters/open-purse.ts";
import type { OpenPurse } from "./meters/open-purse.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/** Sets aside what the call can cost at most in all its budgets, or says which one has no room for it. */
export async function reserve(gateway: Gateway, call: OpenCall): Promise<void> {
  const { meters } = call.settings;
  const now = gateway.clock.now();
  const accounts = accountsOf(meters?.budgets ?? [], callSubjectsOf(call), now);
  if (accounts.length === 0) return;
  const costs = attemptCosts(gateway, call);
  const attemptPico = costs.reduce(most, 0n);
  const hold = await gateway.budgets.reserve(accounts, attemptPico);
  if (isHold(hold)) {
    call.purse = { hold, attemptPico, payable: null };
    return;
  }
  const purse = hold.account.atLimit === "degrade" ? await degraded(gateway, { accounts, costs, attemptPico }) : null;
  const leastPico = hold.account.atLimit === "degrade" ? costs.reduce(least, attemptPico) : attemptPico;
  if (purse === null) throw unaffordable(hold, leastPico, now);
  call.purse = purse;
}

interface Means {
  readonly accounts: readonly BudgetAccount[];
  /** What an attempt at each target can cost at most. */
  readonly costs: readonly bigint[];
  readonly attemptPico: bigint;
}

/** Sets aside less, for those targets that cost no more than that; the dearest that fit. */
async function degraded({ budgets }: Gateway, { accounts, costs, attemptPico }: Means): Promise<OpenPurse | null> {
  const cheaper = [...new Set(costs)]
    .filter((cost) => cost < attemptPico)
    .toSorted((one, other) => (one > other ? -1 : 1));
  for (const cost of cheaper) {
    const hold = await budgets.reserve(accounts, cost);
    if (!isHold(hold)) continue;
    const payable = [...costs.keys()].filter((target) => (costs[target] ?? attemptPico) <= cost);
    return { hold, attemptPico: cost, payable };
  }
  return null;
}

/** The most that one attempt of a rendered call can cost, whichever of its targets is asked, pico-dollars. */
export const mostAttemptPico = (gateway: Gateway, call: OpenCall): bigint =>
  attemptCosts(gateway, call).reduce(most, 0n);

/** The most that one attempt at each target of the plan can cost, at the dearest place that serves it. */
function attemptCosts(gateway: Gateway, call: OpenCall): readonly bigint[] {
  const rendered = present(call.rendered);
  const [first] = rendered.targets;
  if (first === undefined) return [];
  const { targets } = planOf(gateway, call);
  const perImage = targets.flatMap(({ deployments }) => deployments.map(({ target }) => mostImageTokens(target.model)));
  const input = BigInt(formTokens(call) ?? mostInputTokens(rendered.bodyFor(first), Math.max(0, ...perImage)));
  return targets.map(({ deployments }) =>
    deployments.reduce((dearest, deployment) => most(dearest, costAt(call, deployment, input)), 0n),
  );
}

function costAt(call: OpenCall, { price: standard, provider, target }: Deployment, input: bigint): bigint {
  const price = dearestPrice(standard, tiersAsked(call));
  const output = BigInt(mostOutputTokens(call, provider.maxOutputs?.get(target.model)));
  const tokens = input * dearestInputPico(price) + output * most(price.output, price.reasoning);
  return tokens + mostUnitsPico(call, price);
}

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const most = (one: bigint, other: bigint): bigint => (one > other ? one : other);
