import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryBudgetBank } from "../../src/adapters/stores/memory/memory-budget-bank.ts";
import type { BankOrder, BudgetBank } from "../../src/ports/budget-bank.ts";
import { newId } from "./store-samples.ts";

/** An order that tells and asks nothing. */
export const quietOrder = (account: string, lease: string): BankOrder => ({
  account,
  lease,
  budget: "team",
  subject: "acme",
  endsAt: null,
  limitPico: 1_000n,
  grantedPico: 0n,
  settledPico: 0n,
  returnedPico: 0n,
  needPico: 0n,
  pendingPico: 0n,
  aheadPico: 0n,
  refused: false,
  toldPercent: 0,
});

const pico = fc.bigInt({ min: 0n, max: 600n });
const orders = fc.record({
  lease: fc.constantFrom("one", "two", "three"),
  limitPico: fc.constantFrom(1_000n, 1_000n, 1_000n, 700n, 9_000_000_000_000_000_000n),
  grantedPico: pico,
  settledPico: pico,
  returnedPico: pico,
  needPico: pico,
  pendingPico: pico,
  aheadPico: pico,
  refused: fc.boolean(),
  toldPercent: fc.constantFrom(0, 0, 50, 75, 100),
});

const account = (): string => newId("ses");

/** What every bank of budgets must do. */
export function budgetBankContract(get: () => BudgetBank): void {
  describe("as a bank of budgets", () => {
    test("grants what fits, never more, and what was granted stays held until it is settled or returned", async () => {
      const id = account();
      const [one] = await get().exchange([{ ...quietOrder(id, "one"), needPico: 600n, pendingPico: 600n }]);
      expect(one).toMatchObject({ account: id, grantedPico: 600n, roomPico: 400n, settledPico: 0n });
      const [two] = await get().exchange([{ ...quietOrder(id, "two"), needPico: 600n, pendingPico: 600n }]);
      expect(two).toMatchObject({ grantedPico: 0n, roomPico: 400n });
      await get().exchange([{ ...quietOrder(id, "one"), grantedPico: 600n, settledPico: 100n, returnedPico: 500n }]);
      const [again] = await get().exchange([{ ...quietOrder(id, "two"), needPico: 600n, pendingPico: 600n }]);
      expect(again).toMatchObject({ grantedPico: 600n, roomPico: 300n, settledPico: 100n });
    });

    test("an order that is given again, because its answer was lost, changes nothing", async () => {
      const id = account();
      const order = { ...quietOrder(id, "one"), needPico: 300n, pendingPico: 300n };
      const [first] = await get().exchange([order]);
      expect(await get().exchange([order])).toEqual([first]);
    });

    test("answers each of two leases of one account for itself", async () => {
      const id = account();
      const asking = (lease: string, needPico: bigint) => ({
        ...quietOrder(id, lease),
        needPico,
        pendingPico: needPico,
      });
      const answers = await get().exchange([asking("one", 300n), asking("two", 500n)]);
      expect(answers.map(({ grantedPico }) => grantedPico)).toEqual([300n, 500n]);
    });
  });
  budgetThresholds(get);
  budgetBankLaws(get);
  budgetReleases(get);
}

function budgetThresholds(get: () => BudgetBank): void {
  describe("as a bank of budgets whose thresholds are crossed", () => {
    const crossing =
      (id: string) =>
      async (lease: string, settledPico: bigint, toldPercent = 0): Promise<number | null> =>
        (await get().exchange([{ ...quietOrder(id, lease), settledPico, toldPercent }]))[0]?.crossed ?? null;

    test("says so to the one who crosses it, whoever that is", async () => {
      const crossed = crossing(account());
      expect(await crossed("one", 499n)).toBeNull();
      expect(await crossed("two", 1n)).toBe(50);
      expect(await crossed("two", 1n, 50)).toBeNull();
      expect(await crossed("one", 500n)).toBeNull();
      expect(await crossed("two", 430n, 50)).toBe(90);
      expect(await crossed("two", 500n, 90)).toBe(100);
      expect(await crossed("two", 500n, 100)).toBeNull();
    });

    test("says so again until it was told, to nobody else meanwhile, and never after", async () => {
      const crossed = crossing(account());
      expect(await crossed("one", 600n)).toBe(50);
      expect(await crossed("two", 0n)).toBeNull();
      expect(await crossed("one", 600n)).toBe(50);
      expect(await crossed("two", 200n)).toBe(75);
      expect(await crossed("one", 600n, 50)).toBeNull();
      expect(await crossed("two", 200n)).toBe(75);
      expect(await crossed("two", 200n, 75)).toBeNull();
      expect(await crossed("one", 600n)).toBeNull();
    });

    test("keeps apart what was reached and what was told when the budget is changed", async () => {
      const id = account();
      const order = { ...quietOrder(id, "one"), settledPico: 920n };
      const crossed = async (limitPico: bigint, toldPercent: number) =>
        (await get().exchange([{ ...order, limitPico, toldPercent }]))[0]?.crossed;
      expect(await crossed(1_000n, 0)).toBe(90);
      expect(await crossed(1_200n, 0)).toBe(75);
      expect(await crossed(1_200n, 75)).toBeNull();
      expect(await crossed(1_000n, 0)).toBe(90);
      expect(await crossed(9_000n, 0)).toBeNull();
    });
  });
}

function budgetReleases(get: () => BudgetBank): void {
  describe("as a bank of budgets whose replicas die", () => {
    test("tells what the dead hold and gives it back once, and never what the one that asks holds", async () => {
      const id = account();
      const budget = newId("ses");
      const order = { ...quietOrder(id, "dead.1"), budget, endsAt: 9e15 };
      await get().exchange([{ ...order, needPico: 500n, pendingPico: 500n }]);
      await get().exchange([{ ...order, grantedPico: 500n, settledPico: 100n }]);
      await get().exchange([{ ...order, lease: "own.1", needPico: 300n, pendingPico: 300n }]);
      const held = async () => (await get().list(5_000, 1_000, "own")).find(({ account: one }) => one === id);
      expect(await held()).toMatchObject({ settledPico: 100n, heldPico: 700n, deadPico: 400n });
      expect(await get().release(budget, "own")).toEqual([{ account: id, subject: "acme", releasedPico: 400n }]);
      expect(await get().release(budget, "own")).toEqual([]);
      expect(await held()).toMatchObject({ settledPico: 100n, heldPico: 300n, deadPico: 0n });
      const [own] = await get().exchange([
        { ...order, lease: "own.1", grantedPico: 300n, needPico: 600n, pendingPico: 600n },
      ]);
      expect(own).toMatchObject({ grantedPico: 900n, roomPico: 0n });
    });

    test("what a replica that was taken for dead tells later is counted all the same", async () => {
      const id = account();
      const order = { ...quietOrder(id, "late.1"), budget: id };
      await get().exchange([{ ...order, needPico: 500n, pendingPico: 500n }]);
      await get().release(id, "own");
      const [late] = await get().exchange([{ ...order, grantedPico: 500n, settledPico: 200n }]);
      expect(late).toMatchObject({ settledPico: 200n, roomPico: 800n });
    });
  });
}

function budgetBankLaws(get: () => BudgetBank): void {
  describe("as a bank of budgets, always", () => {
    test("does what the bank in memory does, whatever it is told", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(orders, { maxLength: 20 }), async (list) => {
          const id = account();
          const oracle = createMemoryBudgetBank(get().shareDivisor);
          for (const each of list) {
            const order = { ...quietOrder(id, each.lease), ...each };
            expect(await get().exchange([order])).toEqual(await oracle.exchange([order]));
          }
        }),
        { numRuns: 30 },
      );
    });

    test("never commits more than the budget when many replicas ask at once", async () => {
      const id = account();
      const ask = (lease: string) =>
        get().exchange([{ ...quietOrder(id, lease), needPico: 70n, pendingPico: 70n, aheadPico: 50n }]);
      const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(`lease-${index}`)));
      const granted = answers.flat().reduce((sum, answer) => sum + answer.grantedPico, 0n);
      expect(granted).toBeLessThanOrEqual(1_000n);
      expect(granted).toBeGreaterThan(900n);
    });

    test("lists accounts that have not ended, the most used first, and forgets those that ended long ago", async () => {
      const [ended, open] = [account(), account()];
      await get().exchange([{ ...quietOrder(ended, "one"), endsAt: 1_000, settledPico: 10n }]);
      await get().exchange([{ ...quietOrder(open, "one"), endsAt: 9e15, settledPico: 999_999n, limitPico: 1n }]);
      const [first] = await get().list(5_000, 10, "rep");
      expect(first).toMatchObject({
        account: open,
        budget: "team",
        subject: "acme",
        settledPico: 999_999n,
        heldPico: 0n,
      });
      await get().expire(2_000);
      const [anew] = await get().exchange([{ ...quietOrder(ended, "two"), endsAt: 1_000 }]);
      expect(anew).toMatchObject({ settledPico: 0n, roomPico: 1_000n });
    });
  });
}
