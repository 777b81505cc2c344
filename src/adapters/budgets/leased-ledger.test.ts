import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { AHEAD_OF_SERVER } from "../../domain/budgets/purse.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetAlert } from "../../ports/budget-ledger.ts";
import { createMemoryBudgetBank } from "../stores/memory/memory-budget-bank.ts";
import { LeasedLedger } from "./leased-ledger.ts";
import { account, FarBank, LIMIT, settleDown } from "../../../test/fixtures/far-bank.ts";
describe("a ledger that draws from leases", () => {
  test("under load at least 95 % of the budget is used, though calls cost a fraction of what is reserved", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 60 }), fc.integer({ min: 1, max: 3 }), async (percent, replicas) => {
        const clock = new HandClock();
        const bank = createMemoryBudgetBank(64n, AHEAD_OF_SERVER);
        const limit = 1_000_000n;
        const ledgers = Array.from(
          { length: replicas },
          (_, each) =>
            new LeasedLedger({ bank, replicaId: `rep_${each}`, clock, onAlert: () => {}, onTrouble: () => {} }),
        );
        let spent = 0n;
        let quiet = 0;
        while (quiet < 40) {
          const before = spent;
          const waves = ledgers.flatMap((ledger) =>
            Array.from({ length: 20 }, async () => ledger.reserve([account({ limitPico: limit })], 600n)),
          );
          await settleDown();
          const holds = (await Promise.all(waves)).filter(isHold);
          clock.advance(100);
          await settleDown();
          for (const hold of holds) {
            const cost = (hold.amountPico * BigInt(percent)) / 100n;
            spent += cost;
            hold.settle(cost);
          }
          clock.advance(250);
          await settleDown();
          quiet = spent === before ? quiet + 1 : 0;
        }
        expect(spent).toBeLessThanOrEqual(limit);
        expect(spent).toBeGreaterThanOrEqual((limit * 95n) / 100n);
      }),
      { numRuns: 4 },
    );
  });

  test("answers at once, without asking the bank, while it holds enough", async () => {
    const bank = new FarBank(createMemoryBudgetBank(4n, AHEAD_OF_SERVER));
    const ledger = new LeasedLedger({ bank, replicaId: "rep", clock: new HandClock(), onAlert() {}, onTrouble() {} });
    const first = ledger.reserve([account()], 10n);
    expect(first).toBeInstanceOf(Promise);
    const [letter] = bank.letters;
    if (letter === undefined) throw new Error("Nobody asked the bank.");
    await bank.deliver(letter);
    letter.answer(letter.answers ?? []);
    expect(isHold(await first)).toBe(true);
    const second = ledger.reserve([account()], 10n);
    expect(second instanceof Promise).toBe(false);
    expect(bank.letters).toHaveLength(1);
  });

  test("holds ahead at most its share of what is left, however long it goes on asking", async () => {
    const clock = new HandClock();
    const bank = createMemoryBudgetBank(128n, AHEAD_OF_SERVER);
    const ledger = new LeasedLedger({ bank, replicaId: "rep", clock, onAlert() {}, onTrouble() {} });
    const limitPico = 128_000n;
    for (let call = 0; call < 100; call += 1) {
      const hold = await ledger.reserve([account({ limitPico })], 500n);
      if (!isHold(hold)) throw new Error("It fits.");
      clock.advance(250);
      hold.settle(40n);
      clock.advance(250);
      await settleDown();
    }
    const [books] = await bank.list(0, 1, "rep");
    expect(books?.heldPico).toBeGreaterThan(0n);
    // Between two exchanges a call may have left what it had set aside and did not need.
    expect(books?.heldPico).toBeLessThanOrEqual(1_000n + 500n);
  });

  test("takes from all accounts or from none, and names the one that is short", async () => {
    const bank = createMemoryBudgetBank();
    const ledger = new LeasedLedger({ bank, replicaId: "rep", clock: new HandClock(), onAlert() {}, onTrouble() {} });
    const small = account({ id: "small", limitPico: 5n });
    const refused = await ledger.reserve([account(), small], 6n);
    expect(refused).toMatchObject({ account: { id: "small" }, reason: "spent" });
    expect(isHold(await ledger.reserve([account()], LIMIT))).toBe(true);
    expect(await ledger.reserve([account(), small], 1n)).toMatchObject({
      account: { id: account().id },
      reason: "held",
    });
  });

  test("what the bank hears is what calls have cost, and a clean end returns the rest", async () => {
    const bank = createMemoryBudgetBank();
    const alerts: BudgetAlert[] = [];
    const terms = { bank, clock: new HandClock(), onAlert: (alert: BudgetAlert) => alerts.push(alert), onTrouble() {} };
    const ledger = new LeasedLedger({ ...terms, replicaId: "rep" });
    const hold = await ledger.reserve([account()], 700n);
    if (!isHold(hold)) throw new Error("It fits.");
    expect(await hold.extend(100n)).toBeNull();
    expect(await hold.extend(1_001n)).toMatchObject({ reason: "spent" });
    hold.settle(760n);
    await ledger.close();
    expect(await bank.list(0, 1, "rep")).toMatchObject([{ settledPico: 760n, heldPico: 0n }]);
    expect(alerts.map(({ percent }) => percent)).toContain(75);
  });

  test("while the bank is away, a budget refuses or lets go on as it says, and heals", async () => {
    const clock = new HandClock();
    const bank = new FarBank(createMemoryBudgetBank());
    const troubles: unknown[] = [];
    const ledger = new LeasedLedger({
      bank,
      replicaId: "r",
      clock,
      onAlert() {},
      onTrouble: (one) => troubles.push(one),
    });
    const waiting = ledger.reserve([account()], 10n);
    clock.advance(1_001);
    expect(await waiting).toMatchObject({ reason: "unreachable" });
    expect(troubles).toHaveLength(1);
    expect(ledger.reserve([account()], 10n)).toMatchObject({ reason: "unreachable" });
    const open = ledger.reserve([account({ id: "open", whenUnreachable: "allow" })], 10n);
    if (open instanceof Promise || !isHold(open)) throw new Error("It goes on without the bank.");
    open.settle(7n);
    bank.letters.splice(0);
    clock.advance(600);
    await settleDown();
    const [letter] = bank.letters;
    if (letter === undefined) throw new Error("Nobody told the bank.");
    await bank.deliver(letter);
    letter.answer(letter.answers ?? []);
    await settleDown();
    expect(troubles).toEqual([expect.any(Error), null]);
    expect((await bank.list(0, 9)).find((one) => one.account === "open")).toMatchObject({ settledPico: 7n });
  });

  test("a budget that is cut or raised under load holds from the next call on", async () => {
    const clock = new HandClock();
    const bank = createMemoryBudgetBank();
    const ledger = new LeasedLedger({ bank, replicaId: "rep", clock, onAlert() {}, onTrouble() {} });
    const first = await ledger.reserve([account()], 400n);
    if (!isHold(first)) throw new Error("It fits.");
    first.settle(400n);
    expect(await ledger.reserve([account({ limitPico: 300n })], 100n)).toMatchObject({ reason: "spent" });
    expect(isHold(await ledger.reserve([account({ limitPico: 9_000n })], 5_000n))).toBe(true);
  });

  test("a process with books of its own holds little ahead, so that a kill loses little; what it lost is given back on demand", async () => {
    const clock = new HandClock();
    const bank = createMemoryBudgetBank();
    const quiet = { bank, clock, onAlert() {}, onTrouble() {} };
    const limitPico = 50_000n;
    const ledger = new LeasedLedger({ ...quiet, replicaId: "killed" });
    for (let call = 0; call < 20; call += 1) {
      const hold = await ledger.reserve([account({ limitPico })], 1_600n);
      if (!isHold(hold)) throw new Error("It fits.");
      clock.advance(3_000);
      hold.settle(10n);
      clock.advance(3_000);
      await settleDown();
    }
    const underWay = await ledger.reserve([account({ limitPico })], 1_600n);
    if (!isHold(underWay)) throw new Error("It fits.");
    clock.advance(1_000);
    await settleDown();
    const [before] = await bank.list(0, 1, "next");
    expect(before).toMatchObject({ settledPico: 200n, deadPico: before?.heldPico });
    expect(before?.heldPico).toBeGreaterThanOrEqual(1_600n);
    expect(before?.heldPico).toBeLessThan(1_650n);
    expect(await bank.release("team", "killed")).toEqual([]);
    expect(await bank.release("team", "next")).toMatchObject([{ subject: "acme", releasedPico: before?.heldPico }]);
    const next = new LeasedLedger({ ...quiet, replicaId: "next" });
    expect(isHold(await next.reserve([account({ limitPico })], limitPico - 200n))).toBe(true);
  });

  test("a purse that nobody uses is emptied, and what it spent is not forgotten when it is used again", async () => {
    const clock = new HandClock();
    const bank = createMemoryBudgetBank();
    const ledger = new LeasedLedger({ bank, replicaId: "rep", clock, onAlert() {}, onTrouble() {} });
    for (let visit = 1n; visit <= 3n; visit += 1n) {
      const hold = await ledger.reserve([account()], 100n);
      if (!isHold(hold)) throw new Error("It fits.");
      hold.settle(90n);
      for (let second = 0; second < 100; second += 1) {
        clock.advance(1_000);
        await settleDown();
      }
      expect(ledger.counts().accounts).toBe(0);
      expect(await bank.list(0, 1, "rep")).toMatchObject([{ settledPico: 90n * visit, heldPico: 0n }]);
    }
  });

  test("what is to become of calls that do not fit is as it was configured last", async () => {
    const bank = createMemoryBudgetBank();
    const ledger = new LeasedLedger({ bank, replicaId: "rep", clock: new HandClock(), onAlert() {}, onTrouble() {} });
    expect(isHold(await ledger.reserve([account()], 10n))).toBe(true);
    const degradeTo = { "support-bot": "small-bot" };
    for (const changed of [{ atLimit: "queue" }, { atLimit: "degrade", degradeTo }, { atLimit: "refuse" }] as const) {
      const answer = await ledger.reserve([account(changed)], LIMIT + 1n);
      expect(isHold(answer) ? null : answer.account).toEqual(account(changed));
    }
  });
});
