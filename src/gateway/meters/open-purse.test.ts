import { describe, expect, test } from "vitest";
import { account, settleDown } from "../../../test/fixtures/far-bank.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { LeasedLedger } from "../../adapters/budgets/leased-ledger.ts";
import { createMemoryBudgetBank } from "../../adapters/stores/memory/memory-budget-bank.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { OpenCall } from "../open-call.ts";
import { covers, coversNow } from "./open-purse.ts";

/** A call whose attempts have cost something, with one worst case of 400 set aside of a budget of 1,000. */
async function callWith(...costs: readonly bigint[]) {
  const terms = { bank: createMemoryBudgetBank(), replicaId: "rep", clock: new HandClock() };
  const ledger = new LeasedLedger({ ...terms, onAlert() {}, onTrouble() {} });
  const hold = await ledger.reserve([account()], 400n);
  if (!isHold(hold)) throw new Error("It fits.");
  const purse = { hold, attemptPico: 400n, payable: null };
  const call = { purse, attempts: costs.map((costPico) => ({ costPico })) } as unknown as OpenCall;
  return { call, hold };
}

describe("the money of further attempts", () => {
  test("a retry, a fallback or a repair sets its own worst case aside beside what was spent", async () => {
    const { call, hold } = await callWith(350n);
    expect(await covers(call)).toBe(true);
    expect(hold.amountPico).toBe(750n);
  });

  test("is not there where the budget has no room, and then nothing more is held", async () => {
    const { call, hold } = await callWith(350n, 300n);
    expect(await covers(call)).toBe(false);
    expect(hold.amountPico).toBe(400n);
  });

  test("a hedge is made only with what this process holds already", async () => {
    const { call, hold } = await callWith();
    expect(coversNow(call, 1)).toBe(false);
    await settleDown();
    // The bank was asked all the same: the next one may be made.
    expect(hold.amountPico).toBe(800n);
    expect(coversNow(call, 1)).toBe(true);
  });
});
