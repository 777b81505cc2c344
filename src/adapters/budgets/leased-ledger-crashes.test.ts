import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { AHEAD_OF_OWN, AHEAD_OF_SERVER } from "../../domain/budgets/purse.ts";
import type { Ahead } from "../../domain/budgets/purse.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetHold, BudgetRefusal } from "../../ports/budget-ledger.ts";
import { createMemoryBudgetBank } from "../stores/memory/memory-budget-bank.ts";
import { LeasedLedger } from "./leased-ledger.ts";
import { account, FarBank, LIMIT, settleDown } from "../../../test/fixtures/far-bank.ts";

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

test("a ledger that draws from leases never spends or holds more than the budget, whatever is delayed, lost, repeated or killed", async () => {
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
});
