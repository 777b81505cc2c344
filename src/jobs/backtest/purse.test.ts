import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetHold } from "../../ports/budget-ledger.ts";
import { Purse } from "./purse.ts";
import type { SessionPurse } from "./purse.ts";

type Step =
  | { readonly do: "begin"; readonly pico: bigint }
  | { readonly do: "reserve" | "extend" | "settle"; readonly which: number; readonly percent: bigint }
  | { readonly do: "close"; readonly which: number };

const which = fc.nat(20);
const percent = fc.bigInt(0n, 100n);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("begin" as const), pico: fc.bigInt(0n, 400n) }),
  fc.record({ do: fc.constantFrom("reserve" as const, "extend", "settle"), which, percent }),
  fc.record({ do: fc.constant("close" as const), which }),
);

const LIMIT = 1_000n;

describe("the money of a backtest", () => {
  test("is never exceeded by what was spent and what is held together, whatever sessions do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt(0n, 1_500n), fc.array(steps, { maxLength: 80 }), async (before, list) => {
        const purse = new Purse(LIMIT, before);
        const sessions: { readonly money: SessionPurse; holds: BudgetHold[] }[] = [];
        let spent = before;
        for (const step of list) {
          if (step.do === "begin") {
            const money = purse.setAside(step.pico);
            if (money !== null) sessions.push({ money, holds: [] });
            continue;
          }
          const session = sessions[step.which % Math.max(1, sessions.length)];
          if (session === undefined) continue;
          if (step.do === "close") {
            for (const hold of session.holds) hold.settle(0n);
            await session.money.close();
            sessions.splice(sessions.indexOf(session), 1);
            continue;
          }
          if (step.do === "reserve") {
            const answer = session.money.reserve([], 3n * step.percent);
            if (isHold(answer)) session.holds.push(answer);
            continue;
          }
          const [hold] = session.holds;
          if (hold === undefined) continue;
          if (step.do === "extend") {
            await hold.extend(step.percent);
            continue;
          }
          const cost = (hold.amountPico * step.percent) / 100n;
          spent += cost;
          hold.settle(cost);
          hold.settle(cost);
          session.holds = session.holds.slice(1);
        }
        const held = sessions.flatMap(({ holds }) => holds).reduce((sum, { amountPico }) => sum + amountPico, 0n);
        expect(spent + held).toBeLessThanOrEqual(LIMIT > before ? LIMIT : before);
        for (const { money, holds } of sessions) {
          for (const hold of holds) hold.settle(0n);
          await money.close();
        }
        expect(purse.roomPico).toBe(LIMIT - spent);
      }),
    );
  });

  test("begins no session that it could not pay to its end", () => {
    const purse = new Purse(100n, 40n);
    expect(purse.setAside(61n)).toBeNull();
    expect(purse.setAside(60n)).not.toBeNull();
    expect(purse.setAside(1n)).toBeNull();
  });
});
