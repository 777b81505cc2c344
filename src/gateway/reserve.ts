import { accountsOf } from "../domain/budgets/budget-rule.ts";
import type { BudgetAccount } from "../domain/budgets/budget-rule.ts";
import { refusedBy } from "../domain/limits/refused-by.ts";
import { isHold } from "../ports/budget-ledger.ts";
import type { BudgetHold, BudgetRefusal } from "../ports/budget-ledger.ts";
import { attemptCosts } from "./meters/attempt-costs.ts";
import { callSubjectsOf } from "./meters/call-subjects-of.ts";
import { cheaperRelease, servedBy } from "./meters/cheaper-release.ts";
import { noteRefused } from "./meters/note-refused.ts";
import { unaffordable } from "./meters/open-purse.ts";
import type { OpenPurse } from "./meters/open-purse.ts";
import { reserveInTurn } from "./meters/reserve-in-turn.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { placeAgain } from "./place-again.ts";
import { refusePaused } from "./refuse-paused.ts";
import { largerOf, smallerOf } from "../kit/larger-of.ts";

/**
 * Sets aside what the call can cost at most in all its budgets, or does what the first one that has no room for it
 * says: the call waits, is answered by something cheaper, or is refused.
 */
export function reserve(gateway: Gateway, call: OpenCall): Promise<void> | null {
  const { meters } = call.settings;
  const now = gateway.clock.now();
  const accounts = accountsOf(meters?.budgets ?? [], callSubjectsOf(call), now);
  if (accounts.length === 0) return null;
  const costs = costsNow(gateway, call);
  const hold = reserveInTurn(gateway, call, { accounts, amountPico: () => costs().reduce(largerOf, 0n) });
  // A promise where something has to be waited for, and only there.
  if (!(hold instanceof Promise) && isHold(hold) && call.queue === undefined) {
    call.purse = { hold, attemptPico: costs().reduce(largerOf, 0n), payable: null };
    return null;
  }
  return takeHold(gateway, call, { accounts, costs, hold, now });
}

/** What an attempt at each target can cost at most; those of another release where the call's was taken back meanwhile. */
function costsNow(gateway: Gateway, call: OpenCall): () => readonly bigint[] {
  let known: readonly bigint[] | null = null;
  return () => {
    if (placeAgain(gateway, call) || known === null) known = attemptCosts(gateway, call);
    return known;
  };
}

interface Asked extends Pick<Means, "accounts"> {
  readonly costs: () => readonly bigint[];
  readonly hold: BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal>;
  readonly now: number;
}

async function takeHold(
  gateway: Gateway,
  call: OpenCall,
  { hold: asked, costs: costsOf, ...rest }: Asked,
): Promise<void> {
  const hold = await asked;
  const release = call.placement?.release.id;
  const costs = costsOrGiveBack(costsOf, hold);
  if (call.placement?.release.id === release) {
    if (isHold(hold)) call.purse = { hold, attemptPico: costs.reduce(largerOf, 0n), payable: null };
    else await degrade(gateway, call, { ...rest, costs, refusal: hold });
  } else if (isHold(hold)) hold.settle(0n);
  // Set aside was what another release may cost.
  if (call.purse === undefined || placeAgain(gateway, call)) return startOver(gateway, call);
  // Who has waited while somebody stopped everything is refused: nobody has been asked yet.
  if (call.queue !== undefined) refusePaused(gateway, call);
}

/** Where the call cannot be placed again, nobody else would give back what was set aside for it. */
function costsOrGiveBack(costsOf: () => readonly bigint[], hold: BudgetHold | BudgetRefusal): readonly bigint[] {
  try {
    return costsOf();
  } catch (error) {
    if (isHold(hold)) hold.settle(0n);
    throw error;
  }
}

async function startOver(gateway: Gateway, call: OpenCall): Promise<void> {
  call.purse?.hold.settle(0n);
  delete call.purse;
  await reserve(gateway, call);
}

interface Means {
  readonly accounts: readonly BudgetAccount[];
  /** What an attempt at each target can cost at most. */
  readonly costs: readonly bigint[];
}

interface Refused extends Means {
  readonly refusal: BudgetRefusal;
  readonly now: number;
}

/** Lets something cheaper answer where the budget says so: the release that it names, else cheaper models of its own. */
async function degrade(gateway: Gateway, call: OpenCall, { accounts, costs, refusal, now }: Refused): Promise<void> {
  const { account } = refusal;
  const ceiling = costs.reduce(largerOf, 0n);
  let leastPico = ceiling;
  const pay = (means: readonly bigint[], amounts: readonly bigint[]): Promise<OpenPurse | null> => {
    leastPico = means.reduce(smallerOf, ceiling);
    return withinMeans(gateway, call, { accounts, costs: means, amounts });
  };
  let purse: OpenPurse | null = null;
  if (account.atLimit === "degrade") {
    const cheaper = cheaperRelease(gateway, call, account);
    const payCheaper = (): Promise<OpenPurse | null> => {
      const means = attemptCosts(gateway, call);
      return pay(means, means);
    };
    if (cheaper !== null) purse = await servedBy(gateway, call, { release: cheaper, pay: payCheaper });
    else
      purse = await pay(
        costs,
        costs.filter((cost) => cost < ceiling),
      );
  }
  if (purse === null) {
    // A client that has left was refused nothing.
    const rule = call.settings.meters?.budgets.find(({ name }) => name === account.budget);
    if (!call.abandoned && rule !== undefined) noteRefused(gateway, call, refusedBy("budget", rule));
    if (account.atLimit === "degrade" && refusal.reason === "spent") gateway.announcer.budgetEmptied?.(account);
    throw unaffordable(refusal, leastPico, now);
  }
  call.purse = purse;
}

/** Sets aside the dearest of the amounts that fits, for those targets that cost no more than that. */
async function withinMeans(
  gateway: Gateway,
  call: OpenCall,
  { accounts, costs, amounts }: Means & { readonly amounts: readonly bigint[] },
): Promise<OpenPurse | null> {
  const falling = [...new Set(amounts)].toSorted((one, other) => (one > other ? -1 : 1));
  for (const attemptPico of falling) {
    const hold = await reserveInTurn(gateway, call, { accounts, amountPico: () => attemptPico });
    if (!isHold(hold)) continue;
    const payable = [...costs.keys()].filter((target) => (costs[target] ?? attemptPico) <= attemptPico);
    return { hold, attemptPico, payable: payable.length === costs.length ? null : payable };
  }
  return null;
}
