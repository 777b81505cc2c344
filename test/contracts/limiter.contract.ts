import { describe, expect, test } from "vitest";
import type { LimitClaim, LimitRule } from "../../src/domain/limits/limit-rule.ts";
import { isPass } from "../../src/ports/limiter.ts";
import type { Limiter, LimitPass, LimitRefusal } from "../../src/ports/limiter.ts";
import { newId } from "./store-samples.ts";

/** A rule that refills so slowly that nothing changes during a test. */
export const slowRule = (rule: Partial<LimitRule> = {}): LimitRule => ({
  name: newId("ses"),
  per: "key",
  only: {},
  requests: null,
  tokens: null,
  concurrent: null,
  ...rule,
});

/** So many in a day, all of them at once. */
export const perDay = (amount: number) => ({ amount, windowMs: 86_400_000, burst: amount });

/** A claim of a subject. */
export const claimOf = (rule: LimitRule, subject = "key_1"): LimitClaim => ({ rule, subject });

/** Lets as many calls in as a limiter gives, up to `most`; gives how many that were. */
export async function countPasses(limiter: Limiter, claims: readonly LimitClaim[], most: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: most }, async () => limiter.take(claims, 1)));
  return answers.filter(isPass).length;
}

const passed = (answer: LimitPass | LimitRefusal): LimitPass => {
  if (isPass(answer)) return answer;
  throw new Error(`It was refused by ${answer.claim.rule.name}.`);
};

/** What every limiter must do. */
export function limiterContract(get: () => Limiter): void {
  describe("as a limiter", () => {
    test("lets in exactly what the bucket holds, and says how long to wait", async () => {
      const claim = claimOf(slowRule({ requests: perDay(10) }));
      expect(await countPasses(get(), [claim], 30)).toBe(10);
      const refusal = await get().take([claim], 1);
      if (isPass(refusal)) throw new Error("The bucket is empty.");
      expect(refusal).toMatchObject({ claim, kind: "requests" });
      expect(refusal.retryAfterMs).toBeGreaterThan(0);
      expect(refusal.retryAfterMs).toBeLessThanOrEqual(8_640_000);
      // A refusal that is repeated without asking says no less.
      const again = await get().take([claim], 1);
      expect(isPass(again) ? 0 : again.retryAfterMs).toBeGreaterThan(8_000_000);
    });

    test("counts each subject by itself", async () => {
      const rule = slowRule({ requests: perDay(3) });
      expect(await countPasses(get(), [claimOf(rule, "one")], 9)).toBe(3);
      expect(await countPasses(get(), [claimOf(rule, "other")], 9)).toBe(3);
    });

    test("a refusal by one limit takes nothing from the others", async () => {
      const wide = claimOf(slowRule({ requests: perDay(5) }));
      const narrow = claimOf(slowRule({ requests: perDay(2) }));
      expect(await countPasses(get(), [wide, narrow], 20)).toBe(2);
      expect(await countPasses(get(), [wide], 20)).toBe(3);
    });

    test("gives tokens back that were not used, and takes those that were used beyond the estimate", async () => {
      const claim = claimOf(slowRule({ tokens: perDay(1_000) }));
      passed(await get().take([claim], 900)).settle(100);
      const second = passed(await get().take([claim], 800));
      second.settle(950);
      second.settle(0);
      expect(await get().take([claim], 10)).toMatchObject({ kind: "tokens" });
    });

    test("lets a call in that is dearer than the bucket when nothing is owed, and only then", async () => {
      const claim = claimOf(slowRule({ tokens: perDay(100) }));
      passed(await get().take([claim], 5_000));
      expect(isPass(await get().take([claim], 1))).toBe(false);
    });
  });
  settlingContract(get);
}

function settlingContract(get: () => Limiter): void {
  describe("as a limiter of calls that end", () => {
    test("settles some of a call's claims before the others, and each once", async () => {
      const rule = { tokens: perDay(1_000), concurrent: 1 };
      const [first, second] = [claimOf(slowRule(rule)), claimOf(slowRule(rule))];
      const pass = passed(await get().take([first, second], 400));
      pass.settle(100, [first]);
      expect(await countPasses(get(), [second], 1)).toBe(0);
      passed(await get().take([first], 900)).settle(900);
      pass.settle(300);
      pass.settle(0);
      pass.settle(0, [second]);
      passed(await get().take([second], 700)).settle(700);
      for (const claim of [first, second]) expect(await countPasses(get(), [claim], 1)).toBe(0);
    });

    test("gives a limit that was cut no more than it has, of calls that an earlier one let in", async () => {
      const rule = slowRule({ tokens: perDay(1_000_000) });
      const claims = Array.from({ length: 100 }, () => claimOf(rule));
      const under = await Promise.all(claims.map(async (claim) => passed(await get().take([claim], 9_000))));
      const cut = claimOf({ ...rule, tokens: perDay(1_000) });
      passed(await get().take([cut], 100)).settle(100);
      for (const pass of under) pass.settle(100);
      let used = 0;
      for (let answer = await get().take([cut], 100); isPass(answer); answer = await get().take([cut], 100)) {
        answer.settle(100);
        used += 100;
        expect(used).toBeLessThan(1_100);
      }
    });

    test("keeps a cap on calls under way, and frees each place once", async () => {
      const claim = claimOf(slowRule({ concurrent: 2 }));
      const first = passed(await get().take([claim], 1));
      passed(await get().take([claim], 1));
      expect(await get().take([claim], 1)).toMatchObject({ kind: "concurrent" });
      first.settle(null);
      first.settle(null);
      passed(await get().take([claim], 1));
      expect(await get().take([claim], 1)).toMatchObject({ kind: "concurrent" });
    });
  });
}
