import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LeasedLimiter } from "../../src/adapters/limiters/leased-limiter.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { connectValkey } from "../../src/adapters/valkey/connect-valkey.ts";
import type { LimitRule } from "../../src/domain/limits/limit-rule.ts";
import { isPass } from "../../src/ports/limiter.ts";
import type { LimitPass } from "../../src/ports/limiter.ts";
import type { Valkey } from "../../src/ports/valkey.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { claimOf, slowRule } from "./limiter.contract.ts";
import { newId } from "./store-samples.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"] ?? "";
const MANY = 1_000;

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(VALKEY_URL !== "")("shared caps of more subjects than one command tells of", () => {
  const prefix = `{${newId("ses")}}:`;
  let valkey: Valkey;
  beforeAll(async () => {
    // A busy machine may be late: this is about what is told, not how fast.
    valkey = await connectValkey(VALKEY_URL, { clock: systemClock, limitMs: 5_000 });
  });
  afterAll(() => valkey.close());

  const open = (clock: HandClock): LeasedLimiter =>
    new LeasedLimiter({ valkey, clock, replicaId: newId("rep"), prefix });
  const takeAll = async (limiter: LeasedLimiter, rule: LimitRule): Promise<readonly LimitPass[]> => {
    const subjects = Array.from({ length: MANY }, (_, at) => `key_${String(at)}`);
    const answers = await Promise.all(subjects.map(async (subject) => limiter.take([claimOf(rule, subject)], 1)));
    return answers.filter(isPass);
  };
  const heldIn = async (rule: LimitRule): Promise<number> => {
    const names = Array.from({ length: MANY }, (_, at) => `${prefix}${rule.name}|concurrent|key_${String(at)}`);
    const there = await valkey.run("EXISTS", ...names);
    return Number(there);
  };

  test("all that wait at once get their place", async () => {
    const clock = new HandClock();
    const limiter = open(clock);
    expect(await takeAll(limiter, slowRule({ concurrent: 1 }))).toHaveLength(MANY);
    await limiter.close();
  });

  test("the places of all whose calls are over are free for another replica after one tick", async () => {
    const clock = new HandClock();
    const [one, other] = [open(clock), open(new HandClock())];
    const rule = slowRule({ concurrent: 1 });
    for (const pass of await takeAll(one, rule)) pass.settle(null);
    expect(await heldIn(rule)).toBe(MANY);
    clock.advance(500);
    await expect.poll(() => heldIn(rule)).toBe(0);
    expect(await takeAll(other, rule)).toHaveLength(MANY);
    await Promise.all([one.close(), other.close()]);
  });

  test("what all held is given back when it closes", async () => {
    const limiter = open(new HandClock());
    const rule = slowRule({ concurrent: 1 });
    for (const pass of await takeAll(limiter, rule)) pass.settle(null);
    await limiter.close();
    expect(await heldIn(rule)).toBe(0);
  });

  test("a rule that changed while calls were under way has its places back when they are over", async () => {
    const clock = new HandClock();
    const limiter = open(clock);
    const rule = slowRule({ concurrent: 1 });
    const before = await limiter.take([claimOf(rule)], 1);
    const changed = claimOf({ ...rule });
    expect(isPass(await limiter.take([changed], 1))).toBe(false);
    if (isPass(before)) before.settle(null);
    const isFree = async (): Promise<boolean> => {
      clock.advance(500);
      return isPass(await limiter.take([changed], 1));
    };
    await expect.poll(isFree).toBe(true);
    await limiter.close();
  });
});
