import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { BudgetAccount } from "../../domain/budgets/budget-rule.ts";
import { AHEAD_OF_OWN, AHEAD_OF_SERVER } from "../../domain/budgets/purse.ts";
import type { Ahead } from "../../domain/budgets/purse.ts";
import type { BankAnswer, BankOrder, BudgetBank } from "../../ports/budget-bank.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetAlert, BudgetHold, BudgetRefusal } from "../../ports/budget-ledger.ts";
import { createMemoryBudgetBank } from "../stores/memory/memory-budget-bank.ts";
import { LeasedLedger } from "./leased-ledger.ts";

const LIMIT = 1_000n;

const account = (overrides: Partial<BudgetAccount> = {}): BudgetAccount => ({
  id: "team|tenant|month|0|acme",
  budget: "team",
  subject: "acme",
  per: "tenant",
  window: "month",
  endsAt: null,
  limitPico: LIMIT,
  atLimit: "refuse",
  whenUnreachable: "refuse",
  ...overrides,
});

/** Lets everything run that only waits for other promises. */
async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

interface Letter {
  readonly orders: readonly BankOrder[];
  readonly answer: (answers: readonly BankAnswer[]) => void;
  readonly fail: () => void;
  answers: readonly BankAnswer[] | null;
}

/** A bank behind a network that delivers, delays, reorders and loses what it likes. */
class FarBank implements BudgetBank {
  readonly letters: Letter[] = [];
  readonly #bank: BudgetBank;
  readonly shareDivisor: bigint;
  readonly ahead: Ahead;

  constructor(bank: BudgetBank) {
    this.#bank = bank;
    this.ahead = bank.ahead;
    this.shareDivisor = bank.shareDivisor;
  }

  exchange(orders: readonly BankOrder[]): Promise<readonly BankAnswer[]> {
    return new Promise((answer, fail) => {
      this.letters.push({ orders, answer, fail: () => fail(new Error("lost")), answers: null });
    });
  }

  async deliver(letter: Letter): Promise<void> {
    letter.answers = await this.#bank.exchange(letter.orders);
  }

  drop(letter: Letter): void {
    this.letters.splice(this.letters.indexOf(letter), 1);
  }

  list = (now: number, limit: number) => this.#bank.list(now, limit, "");
  release = (budget: string, replicaId: string) => this.#bank.release(budget, replicaId);
  expire = (before: number) => this.#bank.expire(before);
}

type Step =
  | { readonly do: "reserve"; readonly who: number; readonly amount: bigint }
  | { readonly do: "extend" | "settle"; readonly which: number; readonly percent: bigint }
  | { readonly do: "deliver" | "answer" | "lose"; readonly which: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "crash"; readonly who: number };

const who = fc.nat(2);
const which = fc.nat(40);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("reserve" as const),
      who,
      amount: fc.oneof(fc.bigInt(1n, 90n), fc.bigInt(1n, 400n)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("settle" as const, "settle", "extend"),
      which,
      percent: fc.bigInt(0n, 100n),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("deliver" as const, "answer", "answer", "lose"), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(50, 250, 1_100, 70_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), who }) },
);

const aheads = fc.constantFrom(AHEAD_OF_SERVER, AHEAD_OF_OWN);

/** Three replicas, their calls, and what the calls have truly cost. */
class World {
  readonly clock = new HandClock();
  readonly bank: FarBank;
  readonly #ledgers: { ledger: LeasedLedger; generation: number }[] = [];
  #holds: { who: number; generation: number; hold: BudgetHold }[] = [];
  spent = 0n;

  constructor(ahead: Ahead) {
    this.bank = new FarBank(createMemoryBudgetBank(64n, ahead));
    for (let each = 0; each < 3; each += 1) this.#ledgers.push({ ledger: this.#open(each, 0), generation: 0 });
  }

  get held(): bigint {
    return this.#holds.reduce((sum, { hold }) => sum + hold.amountPico, 0n);
  }

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case "reserve":
        this.#reserve(step.who, step.amount);
        break;
      case "extend":
        await this.#pick(this.#holds, step.which)?.hold.extend(step.percent);
        break;
      case "settle":
        this.#settle(step.which, step.percent);
        break;
      case "advance":
        this.clock.advance(step.ms);
        break;
      case "crash":
        this.#crash(step.who);
        break;
      default:
        await this.#post(step.do, step.which);
    }
    await settleDown();
  }

  #open(each: number, generation: number): LeasedLedger {
    const quiet = { onAlert: () => {}, onTrouble: () => {} };
    return new LeasedLedger({ bank: this.bank, replicaId: `rep_${each}_${generation}`, clock: this.clock, ...quiet });
  }

  #pick<T>(list: readonly T[], index: number): T | undefined {
    return list[index % Math.max(1, list.length)];
  }

  #reserve(index: number, amount: bigint): void {
    const replica = this.#ledgers[index];
    if (replica === undefined) return;
    const { ledger, generation } = replica;
    const keep = (answer: BudgetHold | BudgetRefusal): void => {
      // What a dead replica is granted, nobody spends.
      const isAlive = this.#ledgers[index]?.generation === generation;
      if (isHold(answer) && isAlive) this.#holds.push({ who: index, generation, hold: answer });
    };
    const answer = ledger.reserve([account()], amount);
    if (answer instanceof Promise) void answer.then(keep);
    else keep(answer);
  }

  #settle(index: number, percent: bigint): void {
    const one = this.#pick(this.#holds, index);
    if (one === undefined) return;
    const cost = (one.hold.amountPico * percent) / 100n;
    this.spent += cost;
    this.#holds = this.#holds.filter((other) => other !== one);
    one.hold.settle(cost);
    one.hold.settle(cost);
  }

  /** The provider goes on and charges for everything: the calls of a dead replica cost what was reserved. */
  #crash(index: number): void {
    const replica = this.#ledgers[index];
    if (replica === undefined) return;
    const dead = this.#holds.filter((one) => one.who === index);
    this.spent += dead.reduce((sum, { hold }) => sum + hold.amountPico, 0n);
    this.#holds = this.#holds.filter((one) => one.who !== index);
    const generation = replica.generation + 1;
    this.#ledgers[index] = { ledger: this.#open(index, generation), generation };
  }

  async #post(what: "deliver" | "answer" | "lose", index: number): Promise<void> {
    const letter = this.#pick(this.bank.letters, index);
    if (letter === undefined) return;
    if (what === "deliver") return this.bank.deliver(letter);
    if (what === "lose") letter.fail();
    else {
      if (letter.answers === null) await this.bank.deliver(letter);
      letter.answer(letter.answers ?? []);
    }
    this.bank.drop(letter);
  }
}

describe("a ledger that draws from leases", () => {
  test("never spends or holds more than the budget, whatever is delayed, lost, repeated or killed", async () => {
    await fc.assert(
      fc.asyncProperty(aheads, fc.array(steps, { minLength: 60, maxLength: 300, size: "max" }), async (ahead, list) => {
        const world = new World(ahead);
        for (const step of list) {
          // An extension may wait for a letter that a later step delivers.
          const run = world.run(step);
          await Promise.race([run, settleDown()]);
          await settleDown();
          expect(world.spent + world.held).toBeLessThanOrEqual(LIMIT);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

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
  }, 60_000);

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
});
