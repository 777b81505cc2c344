import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { account, FarBank, LIMIT, settleDown } from "../../../test/fixtures/far-bank.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetAlert, BudgetHold } from "../../ports/budget-ledger.ts";
import { createMemoryBudgetBank } from "../stores/memory/memory-budget-bank.ts";
import { LeasedLedger } from "./leased-ledger.ts";

/** A ledger over a bank in memory, with what it tells people. */
function world() {
  const clock = new HandClock();
  const bank = createMemoryBudgetBank();
  const alerts: BudgetAlert[] = [];
  const terms = { bank, clock, onAlert: (alert: BudgetAlert) => alerts.push(alert), onTrouble() {} };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settleDown();
  };
  return { clock, bank, alerts, pass, open: (replicaId: string) => new LeasedLedger({ ...terms, replicaId }) };
}

async function held(answer: ReturnType<LeasedLedger["reserve"]>): Promise<BudgetHold> {
  const hold = await answer;
  if (!isHold(hold)) throw new Error(`It was refused: ${hold.reason}.`);
  return hold;
}

describe("money for what nobody waits for", () => {
  test("is there as long as a tenth of the budget stays free for live calls", async () => {
    const ledger = world().open("rep");
    const copy = await held(ledger.reserve([account()], 600n, "spare"));
    expect(await ledger.reserve([account()], 301n, "spare")).toMatchObject({ reason: "held" });
    expect(await ledger.reserve([account()], 901n, "spare")).toMatchObject({ reason: "spent" });
    const other = await held(ledger.reserve([account()], 300n, "spare"));
    expect(await other.extend(1n)).toMatchObject({ reason: "held" });
    // A live call has what is left, all of it.
    const live = await held(ledger.reserve([account()], 100n));
    for (const hold of [copy, other, live]) hold.settle(0n);
    expect(await ledger.reserve([account()], 900n, "spare")).toMatchObject({ amountPico: 900n });
  });

  test("goes by what all servers have spent, and gives nothing more where live calls came that far", async () => {
    const { open, pass } = world();
    const [one, other] = [open("rep_1"), open("rep_2")];
    (await held(one.reserve([account()], 950n))).settle(920n);
    await pass(250);
    expect(await other.reserve([account()], 1n, "spare")).toMatchObject({ reason: "spent" });
    expect(await held(other.reserve([account()], 40n))).toMatchObject({ amountPico: 40n });
  });

  test("knows soon what others have given back", async () => {
    const { open, pass } = world();
    const [one, other] = [open("rep_1"), open("rep_2")];
    const live = await held(one.reserve([account()], 800n));
    expect(await other.reserve([account()], 200n, "spare")).toMatchObject({ reason: "held" });
    live.settle(0n);
    await pass(250);
    await pass(250);
    await other.reserve([account()], 200n, "spare");
    await pass(250);
    expect(await held(other.reserve([account()], 200n, "spare"))).toMatchObject({ amountPico: 200n });
  });

  test("is refused without anybody being told that the budget is used up, and no live call waits for it", async () => {
    const { open, pass, alerts } = world();
    const ledger = open("rep");
    (await held(ledger.reserve([account()], 900n))).settle(900n);
    await pass(250);
    for (let again = 0; again < 3; again += 1) {
      expect(await ledger.reserve([account()], 100n, "spare")).toMatchObject({ reason: "spent" });
      await pass(250);
    }
    expect(alerts.map(({ percent }) => percent)).toEqual([90]);
    await ledger.reserve([account()], 100n, "spare");
    expect(await held(ledger.reserve([account()], 100n))).toMatchObject({ amountPico: 100n });
  });

  test("is not given while nobody can say what is left, whatever the budget says of live calls", async () => {
    const clock = new HandClock();
    const bank = new FarBank(createMemoryBudgetBank());
    const ledger = new LeasedLedger({ bank, replicaId: "r", clock, onAlert() {}, onTrouble() {} });
    const open = account({ whenUnreachable: "allow" });
    const waiting = ledger.reserve([open], 10n, "spare");
    clock.advance(1_001);
    expect(await waiting).toMatchObject({ reason: "unreachable" });
    expect(isHold(await ledger.reserve([open], 10n))).toBe(true);
  });

  test("what is asked for while a call ends is given back", async () => {
    const bank = new FarBank(createMemoryBudgetBank());
    const ledger = new LeasedLedger({ bank, replicaId: "r", clock: new HandClock(), onAlert() {}, onTrouble() {} });
    const answerOne = async (): Promise<void> => {
      const [letter] = bank.letters.splice(0, 1);
      if (letter === undefined) throw new Error("Nobody asked the bank.");
      await bank.deliver(letter);
      letter.answer(letter.answers ?? []);
      await settleDown();
    };
    const first = ledger.reserve([account()], 10n);
    await answerOne();
    const hold = await held(first);
    const more = hold.extend(500n);
    hold.settle(4n);
    await answerOne();
    await more;
    const closed = ledger.close();
    while (bank.letters.length > 0) await answerOne();
    await closed;
    expect(await bank.list(0, 1)).toMatchObject([{ settledPico: 4n, heldPico: 0n }]);
  });

  test("never comes to more than its part of the budget, whatever live calls and several servers do", async () => {
    const steps = fc.array(
      fc.record({
        server: fc.nat(2),
        amount: fc.bigInt(1n, 400n),
        percent: fc.bigInt(0n, 100n),
        isLive: fc.boolean(),
        restMs: fc.constantFrom(0, 250),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { open, pass } = world();
        const ledgers = [open("rep_0"), open("rep_1"), open("rep_2")];
        let [spent, spare] = [0n, 0n];
        const holds: (() => void)[] = [];
        for (const { server, amount, percent, isLive, restMs } of list) {
          const hold = await ledgers[server]?.reserve([account()], amount, isLive ? "live" : "spare");
          await pass(restMs);
          if (hold === undefined || !isHold(hold)) continue;
          holds.push(() => {
            const cost = (amount * percent) / 100n;
            spent += cost;
            if (!isLive) spare += cost;
            hold.settle(cost);
          });
          if (percent % 2n === 0n) holds.shift()?.();
        }
        for (const settle of holds) settle();
        expect(spent).toBeLessThanOrEqual(LIMIT);
        expect(spare).toBeLessThanOrEqual((LIMIT * 9n) / 10n);
      }),
      { numRuns: 60 },
    );
  });
});
