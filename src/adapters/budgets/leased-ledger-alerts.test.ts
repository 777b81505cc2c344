import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { account, FarBank, settleDown } from "../../../test/fixtures/far-bank.ts";
import type { Letter } from "../../../test/fixtures/far-bank.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import { createMemoryBudgetBank } from "../stores/memory/memory-budget-bank.ts";
import { LeasedLedger } from "./leased-ledger.ts";

/** Some replicas whose words to a bank, and its words to them, go the ways that a test says. */
function world() {
  const clock = new HandClock();
  const bank = new FarBank(createMemoryBudgetBank(4n, { seconds: 0, calls: 0n }, () => clock.elapsed()));
  const alerts: (readonly [string, number])[] = [];
  const open = (replicaId: string): LeasedLedger =>
    new LeasedLedger({
      bank,
      replicaId,
      clock,
      onAlert: ({ percent }) => alerts.push([replicaId, percent]),
      onTrouble() {},
    });
  const next = async (): Promise<Letter> => {
    const [letter] = bank.letters;
    if (letter === undefined) throw new Error("Nobody asks the bank.");
    await bank.deliver(letter);
    bank.drop(letter);
    return letter;
  };
  const answer = async (): Promise<void> => {
    const letter = await next();
    letter.answer(letter.answers ?? []);
    await settleDown();
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settleDown();
  };
  const spend = async (ledger: LeasedLedger, amount: bigint): Promise<void> => {
    const asked = ledger.reserve([account()], amount);
    await answer();
    const hold = await asked;
    if (!isHold(hold)) throw new Error("It fits.");
    hold.settle(amount);
  };
  return { bank, alerts, open, next, answer, pass, spend };
}

test("a threshold whose answer came too late is told with the next one, and once", async () => {
  const { bank, alerts, open, next, answer, pass, spend } = world();
  const ledger = open("rep");
  await spend(ledger, 600n);
  await pass(200);
  await next();
  await pass(1_001);
  expect(alerts).toEqual([]);
  await pass(500);
  await answer();
  expect(alerts).toEqual([["rep", 50]]);
  await pass(200);
  await answer();
  await pass(60_000);
  expect(bank.letters).toEqual([]);
  expect(alerts).toEqual([["rep", 50]]);
});

test("a threshold that the one who crossed it did not live to tell is told by another one", async () => {
  const { alerts, open, next, answer, pass, spend } = world();
  await spend(open("dead"), 600n);
  await pass(200);
  await next();
  const other = open("other");
  await spend(other, 1n);
  await pass(200);
  await answer();
  expect(alerts).toEqual([]);
  await pass(10_000);
  await spend(other, 1n);
  expect(alerts).toEqual([["other", 50]]);
});

test("at its end a ledger tells what it crosses last, and says that it did", async () => {
  const { bank, alerts, open, answer, spend } = world();
  const ledger = open("rep");
  await spend(ledger, 950n);
  const closed = ledger.close();
  await answer();
  await answer();
  await closed;
  expect(alerts).toEqual([["rep", 90]]);
  expect(bank.letters).toEqual([]);
});

test("of a budget that was changed thresholds are told anew", async () => {
  const { alerts, open, answer, pass, spend } = world();
  const ledger = open("rep");
  await spend(ledger, 600n);
  await pass(200);
  await answer();
  await pass(200);
  await answer();
  const raised = ledger.reserve([account({ limitPico: 2_000n })], 500n);
  await answer();
  const hold = await raised;
  if (!isHold(hold)) throw new Error("It fits.");
  hold.settle(500n);
  await pass(200);
  await answer();
  expect(alerts).toEqual([
    ["rep", 50],
    ["rep", 50],
  ]);
});
