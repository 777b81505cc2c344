import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LeasedLimiter } from "../../src/adapters/limiters/leased-limiter.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { connectValkey } from "../../src/adapters/valkey/connect-valkey.ts";
import { isPass } from "../../src/ports/limiter.ts";
import type { Valkey, ValkeyArgument } from "../../src/ports/valkey.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { claimOf, countPasses, slowRule } from "./limiter.contract.ts";
import { newId } from "./store-samples.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"] ?? "";
const TIME = "redis.call('TIME')";
const TEN_MINUTES_MS = 600_000;

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(VALKEY_URL !== "")("shared limits when the clock of Valkey is set", () => {
  let valkey: Valkey;
  let nowMs = 0;
  beforeAll(async () => {
    valkey = await connectValkey(VALKEY_URL, { clock: systemClock, limitMs: 5_000 });
  });
  afterAll(() => valkey.close());

  /** The same server with a clock of its own. */
  const withTime = (text: ValkeyArgument): ValkeyArgument => {
    if (typeof text !== "string" || !text.includes(TIME)) return text;
    return text.replace(TIME, `{${String(Math.floor(nowMs / 1_000))}, ${String((nowMs % 1_000) * 1_000)}}`);
  };
  const set: Valkey = {
    isReady: true,
    run: (command, ...args) => valkey.run(command, ...args.map(withTime)),
    close: async () => {},
  };
  const open = (clock: HandClock, prefix: string): LeasedLimiter =>
    new LeasedLimiter({ valkey: set, clock, replicaId: newId("rep"), prefix });
  const newPrefix = (): string => `{${newId("ses")}}:`;

  test("back, no time has passed once, and buckets refill from then on", async () => {
    nowMs = Date.UTC(2026, 10, 21);
    const clock = new HandClock();
    const limiter = open(clock, newPrefix());
    const claim = claimOf(slowRule({ requests: { amount: 60, windowMs: 60_000, burst: 10 } }));
    const later = (ms: number): void => {
      nowMs += ms;
      // Refusals are repeated for a moment without asking.
      clock.advance(200);
    };
    expect(await countPasses(limiter, [claim], 20)).toBe(10);
    later(-TEN_MINUTES_MS);
    const refusal = await limiter.take([claim], 1);
    expect(isPass(refusal) ? null : refusal.retryAfterMs).toBe(1_000);
    later(1_000);
    expect(await countPasses(limiter, [claim], 20)).toBe(1);
    later(3_000);
    expect(await countPasses(limiter, [claim], 20)).toBe(3);
    later(TEN_MINUTES_MS);
    expect(await countPasses(limiter, [claim], 20)).toBe(10);
    await limiter.close();
  });

  test("back, the places of a replica that is gone are free after ten seconds of the new time", async () => {
    nowMs = Date.UTC(2026, 10, 21);
    const prefix = newPrefix();
    const claim = claimOf(slowRule({ concurrent: 1 }));
    const clock = new HandClock();
    const [gone, other] = [open(new HandClock(), prefix), open(clock, prefix)];
    expect(await countPasses(gone, [claim], 1)).toBe(1);
    nowMs -= TEN_MINUTES_MS;
    expect(await countPasses(other, [claim], 1)).toBe(0);
    nowMs += 9_000;
    clock.advance(200);
    expect(await countPasses(other, [claim], 1)).toBe(0);
    nowMs += 1_001;
    clock.advance(200);
    expect(await countPasses(other, [claim], 1)).toBe(1);
    await other.close();
  });
});
