import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { MemoryLimitBoard, MemoryLimitSpace } from "../../adapters/limiters/memory-limit-board.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import { ONE_REQUEST } from "../../domain/limits/learned/learned-limit.ts";
import type { LimitBoard } from "../../ports/limit-board.ts";
import type { ConversingProvider, Headers } from "../../ports/provider.ts";
import type { Deployment } from "../attempt/plan-of.ts";
import { Ticket } from "../attempt/ticket.ts";
import { RollwardError } from "../../domain/errors.ts";
import { ProviderLimits } from "./provider-limits.ts";

const PRICE = { input: 1n, cachedInput: 1n, cacheWrite: 1n, output: 1n, reasoning: 1n };
const TARGET = { provider: "up", model: "m" };
const DIGESTS = ["aaaa", "bbbb"];

const EMPTY: Headers = {
  "x-ratelimit-limit-requests": "10",
  "x-ratelimit-remaining-requests": "0",
  "x-ratelimit-reset-requests": "60.000s",
};

async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** One replica with two keys, in its own order. */
class Replica {
  readonly clock: HandClock;
  readonly health = new HealthBoard();
  readonly learned: ProviderLimits;
  readonly #digests: readonly string[];

  static #made = 0;

  constructor(clock: HandClock, board: LimitBoard, { digests = DIGESTS, isOn = true } = {}) {
    this.clock = clock;
    this.#digests = digests;
    this.learned = new ProviderLimits({
      clock,
      health: this.health,
      replicaId: `rep_${(Replica.#made += 1)}`,
      board,
      isOn: () => isOn,
    });
    this.learned.start();
  }

  get deployment(): Deployment {
    const provider: ConversingProvider = {
      name: "up",
      prices: new Map([["m", PRICE]]),
      speaks: null,
      keys: this.#digests.length,
      keyDigests: this.#digests,
      converse() {
        throw new Error("Nobody asks it here.");
      },
      close: () => Promise.resolve(),
    };
    const known = this.health.find(TARGET)?.health ?? this.health.of(TARGET, provider);
    return { target: TARGET, provider, price: PRICE, weight: 1, health: known };
  }

  ticket(key: number): Ticket {
    const leave = { deployment: this.deployment, key, admission: "pass" } as const;
    return new Ticket({ clock: this.clock, random: () => 0, learned: this.learned }, leave, false);
  }

  waitMs(key: number): number {
    return this.deployment.health.keys.quotaOf(key).waitMs(ONE_REQUEST, this.clock.elapsed());
  }
}

/** Lets the ticks of so many milliseconds happen. */
async function pass(clock: HandClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(50);
    await settleDown();
  }
}

describe("what is learnt of providers", () => {
  test("is known to the others within a second, whatever the order of their keys", async () => {
    const clock = new HandClock();
    const space = new MemoryLimitSpace(clock);
    const one = new Replica(clock, new MemoryLimitBoard(space));
    const other = new Replica(clock, new MemoryLimitBoard(space), { digests: DIGESTS.toReversed() });
    expect(other.waitMs(0)).toBe(0);
    one.ticket(0).answered(EMPTY);
    await pass(clock, 1_000);
    expect([other.waitMs(0), other.waitMs(1)]).toEqual([0, one.waitMs(0)]);
    expect(one.waitMs(0)).toBeGreaterThan(4_000);
  });

  test("is known of a target that a replica asks for the first time", async () => {
    const clock = new HandClock();
    const space = new MemoryLimitSpace(clock);
    const one = new Replica(clock, new MemoryLimitBoard(space));
    const late = new Replica(clock, new MemoryLimitBoard(space));
    one.ticket(1).answered(EMPTY);
    await pass(clock, 3_000);
    expect(late.health.find(TARGET)).toBeUndefined();
    expect(late.waitMs(1)).toBe(one.waitMs(1));
  });

  test("calls that another replica has under way count against what is left", async () => {
    const clock = new HandClock();
    const space = new MemoryLimitSpace(clock);
    const [one, other] = [0, 1].map(() => new Replica(clock, new MemoryLimitBoard(space)));
    if (one === undefined || other === undefined) throw new Error("There are two.");
    const some = { ...EMPTY, "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "30.000s" };
    one.ticket(0).answered(some);
    const tickets = [0, 1, 2].map(() => one.ticket(0));
    expect(other.waitMs(0)).toBe(0);
    await pass(clock, 500);
    expect(other.waitMs(0)).toBeGreaterThan(0);
    tickets[0]?.unused();
    await pass(clock, 500);
    expect(other.waitMs(0)).toBe(0);
  });

  test("a 429 lets the key rest everywhere", async () => {
    const clock = new HandClock();
    const space = new MemoryLimitSpace(clock);
    const [one, other] = [0, 1].map(() => new Replica(clock, new MemoryLimitBoard(space)));
    if (one === undefined || other === undefined) throw new Error("There are two.");
    expect(other.waitMs(0)).toBe(0);
    one
      .ticket(0)
      .failed(new RollwardError("provider_rate_limited", { provider: "up", status: 429, retryAfterMs: 9_000 }));
    await pass(clock, 1_000);
    expect(other.deployment.health.keys.limitedMs(0, clock.elapsed())).toBeGreaterThan(7_000);
    expect(other.deployment.health.keys.limitedMs(1, clock.elapsed())).toBe(0);
  });

  test("without the board each goes by its own, and tells when it is back", async () => {
    const clock = new HandClock();
    const space = new MemoryLimitSpace(clock);
    const inner = new MemoryLimitBoard(space);
    let isAway = true;
    const shaky: LimitBoard = {
      exchange: async (news) => {
        if (isAway) throw new Error("away");
        return inner.exchange(news);
      },
    };
    const one = new Replica(clock, shaky);
    const other = new Replica(clock, new MemoryLimitBoard(space));
    one.ticket(0).answered(EMPTY);
    await pass(clock, 1_000);
    expect(one.waitMs(0)).toBeGreaterThan(0);
    expect([other.waitMs(0), one.learned.counts().shared]).toEqual([0, false]);
    isAway = false;
    await pass(clock, 1_000);
    expect(other.waitMs(0)).toBe(one.waitMs(0));
    expect(one.learned.counts().shared).toBe(true);
  });

  test("nothing is learnt where it is off, and nothing ticks after the end", async () => {
    const clock = new HandClock();
    const one = new Replica(clock, new MemoryLimitBoard(new MemoryLimitSpace(clock)), { isOn: false });
    one.ticket(0).answered(EMPTY);
    expect(one.waitMs(0)).toBe(0);
    one.learned.close();
    await pass(clock, 1_000);
    expect(clock.pending).toBe(0);
  });
});
