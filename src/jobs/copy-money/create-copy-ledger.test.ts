import { describe, expect, test } from "vitest";
import { account, settleDown } from "../../../test/fixtures/far-bank.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { LeasedLedger } from "../../adapters/budgets/leased-ledger.ts";
import { createMemoryBudgetBank } from "../../adapters/stores/memory/memory-budget-bank.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import { Purse } from "../backtest/purse.ts";
import { createCopyLedger } from "./create-copy-ledger.ts";

const OWN = account({ id: "own", budget: "(own)" });
const COMPANY = account({ id: "company", budget: "company", atLimit: "degrade" });

/** A ledger of copies with so much of its own, beside a shared budget of 1,000. */
function world(ownPico: bigint) {
  const clock = new HandClock();
  const terms = { bank: createMemoryBudgetBank(), replicaId: "rep", clock, onAlert() {}, onTrouble() {} };
  const shared = new LeasedLedger(terms);
  const purse = new Purse(ownPico, 0n);
  const own = purse.setAside(0n);
  if (own === null) throw new Error("Nothing is always there.");
  const ledger = createCopyLedger({ own, ownName: "(own)", shared });
  const sharedLeft = async (): Promise<bigint> => {
    clock.advance(250);
    await settleDown();
    const [books] = await terms.bank.list(0, 1, "rep");
    return 1_000n - (books?.settledPico ?? 0n);
  };
  return { ledger, purse, own, shared, sharedLeft };
}

describe("the ledger of copies", () => {
  test("takes from both, and settles in both", async () => {
    const { ledger, own, shared, sharedLeft } = world(600n);
    const hold = await ledger.reserve([OWN, COMPANY], 300n);
    if (!isHold(hold)) throw new Error("It fits.");
    expect(await hold.extend(200n)).toBeNull();
    expect(hold.amountPico).toBe(500n);
    hold.settle(320n);
    expect(own.spentPico).toBe(320n);
    expect(await sharedLeft()).toBe(680n);
    expect(shared.counts().open).toBe(0);
  });

  test("takes from neither where one has no room, and lets nothing cheaper stand in", async () => {
    const { ledger, own, shared } = world(5_000n);
    expect(await ledger.reserve([OWN, COMPANY], 901n)).toMatchObject({
      account: { budget: "company", atLimit: "refuse" },
      reason: "spent",
    });
    const all = own.reserve([], 5_000n);
    expect(isHold(all)).toBe(true);
    expect(await ledger.reserve([OWN, COMPANY], 1n)).toMatchObject({ account: { budget: "(own)" } });
    expect(shared.counts().open).toBe(0);
  });

  test("a further attempt that one has no room for leaves the other with what it had, to be taken again", async () => {
    const { ledger, own, shared } = world(1_000n);
    const live = await shared.reserve([COMPANY], 400n);
    const hold = await ledger.reserve([OWN, COMPANY], 400n);
    if (!isHold(hold) || !isHold(live)) throw new Error("They fit.");
    for (let again = 0; again < 3; again += 1) {
      expect(await hold.extend(400n)).toMatchObject({ account: { budget: "company", atLimit: "refuse" } });
      expect(hold.amountPico).toBe(400n);
    }
    live.settle(0n);
    expect(await hold.extend(400n)).toBeNull();
    expect(await hold.extend(400n)).toMatchObject({ account: { budget: expect.any(String) as string } });
    hold.settle(800n);
    expect(own.spentPico).toBe(800n);
  });

  test("is only its own where no other budget is about it", () => {
    const { ledger, shared } = world(100n);
    expect(ledger.reserve([OWN], 60n)).toMatchObject({ amountPico: 60n });
    expect(ledger.reserve([OWN], 60n)).toMatchObject({ reason: "held" });
    expect(shared.counts().accounts).toBe(0);
  });
});
