import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LeasedLimiter } from "../../src/adapters/limiters/leased-limiter.ts";
import { LocalLimiter } from "../../src/adapters/limiters/local-limiter.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { connectValkey } from "../../src/adapters/valkey/connect-valkey.ts";
import { isPass } from "../../src/ports/limiter.ts";
import type { Valkey } from "../../src/ports/valkey.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { claimOf, countPasses, limiterContract, perDay, slowRule } from "./limiter.contract.ts";
import { newId } from "./store-samples.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"] ?? "";

describe("the limits of one process", () => {
  const limiter = new LocalLimiter(new HandClock());
  limiterContract(() => limiter);
});

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(VALKEY_URL !== "")("limits that replicas share", () => {
  const prefix = `{${newId("ses")}}:`;
  let valkey: Valkey;
  const open = (through = valkey): LeasedLimiter =>
    new LeasedLimiter({ valkey: through, clock: systemClock, replicaId: newId("rep"), prefix });
  let limiter: LeasedLimiter;
  beforeAll(async () => {
    // A busy machine may be late: this is about what is counted, not how fast.
    valkey = await connectValkey(VALKEY_URL, { clock: systemClock, limitMs: 5_000 });
    limiter = open();
  });
  afterAll(async () => {
    await limiter.close();
    await valkey.close();
  });
  limiterContract(() => limiter);

  test("three replicas let in together what one would", async () => {
    const claim = claimOf(slowRule({ requests: perDay(300) }));
    const replicas = [open(), open(), open()];
    const passes = await Promise.all(replicas.map((replica) => countPasses(replica, [claim], 200)));
    // What one holds ahead and does not use is given back in a second; until then it is missing, never too much.
    const sum = passes.reduce((one, other) => one + other, 0);
    expect(sum).toBeLessThanOrEqual(300);
    expect(sum).toBeGreaterThanOrEqual(297);
    await Promise.all(replicas.map((replica) => replica.close()));
  });

  test("a cap holds over replicas, and the places of one that ended are free", async () => {
    const clock = new HandClock();
    const claim = claimOf(slowRule({ concurrent: 4 }));
    const [one, other] = ["one", "two"].map(
      (name) => new LeasedLimiter({ valkey, clock, replicaId: newId("rep") + name, prefix }),
    );
    if (one === undefined || other === undefined) throw new Error("There are two.");
    const answers = await Promise.all(Array.from({ length: 3 }, async () => one.take([claim], 1)));
    expect(answers.filter(isPass)).toHaveLength(3);
    expect(await countPasses(other, [claim], 3)).toBe(1);
    for (const answer of answers) if (isPass(answer)) answer.settle(null);
    await one.close();
    // A refusal is repeated for a moment without asking.
    clock.advance(200);
    expect(await countPasses(other, [claim], 9)).toBe(3);
    await other.close();
  });

  test("without Valkey each replica lets in its part, and goes on sharing when it is back", async () => {
    const clock = new HandClock();
    let isAway = false;
    const shaky: Valkey = {
      get isReady() {
        return !isAway;
      },
      run: async (command, ...args) => {
        if (isAway) throw new Error("away");
        return valkey.run(command, ...args);
      },
      close: async () => {},
    };
    const together = `{${newId("ses")}}:`;
    const [one, other] = ["one", "two"].map(
      (replicaId) => new LeasedLimiter({ valkey: shaky, clock, replicaId, prefix: together }),
    );
    if (one === undefined || other === undefined) throw new Error("There are two.");
    const claim = claimOf(slowRule({ requests: perDay(100) }));
    expect(await countPasses(other, [claim], 10)).toBe(10);
    expect(await countPasses(one, [claim], 10)).toBe(10);
    // Each has heard of the other one when it asked last.
    expect(await countPasses(other, [claimOf(slowRule({ requests: perDay(10) }))], 1)).toBe(1);
    isAway = true;
    const fresh = claimOf(slowRule({ requests: perDay(10) }));
    expect(await countPasses(one, [fresh], 30)).toBe(5);
    expect(await countPasses(other, [fresh], 30)).toBe(5);
    expect(await countPasses(one, [claim], 200)).toBe(40);
    expect([one, other].map((each) => each.counts().shared)).toEqual([false, false]);
    isAway = false;
    clock.advance(500);
    await expect.poll(() => [one, other].map((each) => each.counts().shared)).toEqual([true, true]);
    // Of a hundred twenty were let in before and forty meanwhile.
    expect(await countPasses(one, [claim], 200)).toBe(40);
    expect(await countPasses(other, [claim], 200)).toBe(0);
    await Promise.all([one.close(), other.close()]);
  });

  test("a Valkey that lost its data lets one more burst in, and not more", async () => {
    const claim = claimOf(slowRule({ requests: { amount: 1_000, windowMs: 86_400_000, burst: 10 } }));
    const replica = open();
    expect(await countPasses(replica, [claim], 40)).toBe(10);
    await valkey.run("DEL", `${prefix}${claim.rule.name}|requests|key_1`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await countPasses(replica, [claim], 40)).toBe(10);
    await replica.close();
  });
});
