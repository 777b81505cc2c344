import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { claimOf, slowRule } from "../../../test/contracts/limiter.contract.ts";
import { isPass } from "../../ports/limiter.ts";
import { LocalLimiter } from "./local-limiter.ts";

const TOKENS = { amount: 300_000, windowMs: 60_000, burst: 3_000 };

test("calls that reserve 8,192 tokens for ten seconds and use 300 take more than a sixth of the rate", () => {
  const clock = new HandClock();
  const limiter = new LocalLimiter(clock);
  const claims = [claimOf(slowRule({ tokens: TOKENS }))];
  let used = 0;
  for (let step = 0; step < 3_000; step += 1) {
    clock.advance(100);
    for (;;) {
      const answer = limiter.take(claims, 8_192);
      if (!isPass(answer)) break;
      clock.after(10_000, () => answer.settle(300));
      if (step >= 2_400) used += 300;
    }
  }
  expect(used / TOKENS.amount).toBeGreaterThan(1 / 6);
  expect(used / TOKENS.amount).toBeLessThan(1.02);
});
