import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RollwardError } from "../errors.ts";
import { chooseDeployment } from "./balance.ts";
import type { Candidate } from "./balance.ts";
import { askedWaitOf, faultClassOf } from "./fault-class.ts";
import { hedgeDelayMs } from "./hedge-delay.ts";
import { KeyPool } from "./key-pool.ts";
import { Latency } from "./latency.ts";
import { RetryBudget } from "./retry-budget.ts";
import { HealthBoard } from "./target-health.ts";

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("the classes of faults", () => {
  test.each([
    ["provider_unreachable", "outage"],
    ["provider_timeout", "late"],
    ["provider_rate_limited", "rate-limit"],
    ["provider_credentials", "credentials"],
    ["provider_context_overflow", "context-overflow"],
    ["provider_content_policy", "content-policy"],
    ["provider_unavailable", "gone"],
    ["provider_refused_request", "final"],
    ["untranslatable", "final"],
    ["internal", "final"],
  ] as const)("%s is of the class %s", (code, fault) => {
    expect(faultClassOf(new RollwardError(code))).toBe(fault);
  });

  test("a model that its provider does not know is as good as away", () => {
    expect(faultClassOf(new RollwardError("provider_refused_request", { status: 404 }))).toBe("gone");
    expect(askedWaitOf(new RollwardError("provider_error", { retryAfterMs: 5 }))).toBe(5);
    expect(askedWaitOf(new RollwardError("provider_error"))).toBeNull();
  });
});

describe("the retry budget", () => {
  test("retries are at most the share of the calls, a reserve and what time gives back", () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 100 }), wantsRetry: fc.boolean() });
    fc.assert(
      fc.property(share, fc.array(step, { maxLength: 400 }), (part, steps) => {
        const budget = new RetryBudget();
        let now = 0;
        let retries = 0;
        for (const { waitMs, wantsRetry } of steps) {
          now += waitMs;
          budget.called(part);
          if (wantsRetry && budget.take(now, part)) retries += 1;
        }
        expect(retries).toBeLessThanOrEqual(20 + part * steps.length + now / 2_000 + 1e-6);
      }),
    );
  });

  test("a share of zero permits no retry", () => {
    expect(new RetryBudget().take(0, 0)).toBe(false);
  });

  test("a quiet target gets its reserve back by time alone", () => {
    const budget = new RetryBudget();
    while (budget.take(0, 0.2));
    expect(budget.take(1_999, 0.2)).toBe(false);
    expect(budget.take(2_000, 0.2)).toBe(true);
  });

  test("what is put back may be taken again, and never makes more than there may be", () => {
    const budget = new RetryBudget();
    while (budget.take(0, 0.2));
    budget.putBack();
    expect([budget.take(0, 0.2), budget.take(0, 0.2)]).toEqual([true, false]);
    for (let each = 0; each < 30; each += 1) budget.putBack();
    expect(budget.tokens).toBe(20);
  });
});

describe("a key pool", () => {
  test("uses its keys in turn", () => {
    const pool = new KeyPool(3);
    expect([1, 2, 3, 4].map((now) => pool.choose(now).key)).toEqual([0, 1, 2, 0]);
  });

  test("a limited key rests as long as its provider asked, and the next steps in", () => {
    const pool = new KeyPool(2);
    pool.limited(0, 0, { askedMs: 2_000, random: 0 });
    expect([1, 2].map((now) => pool.choose(now))).toEqual([
      { ready: true, key: 1 },
      { ready: true, key: 1 },
    ]);
    expect(pool.choose(2_010)).toEqual({ ready: true, key: 0 });
  });

  test("says of each key how long it rests and why, and nothing of one that is in use", () => {
    const pool = new KeyPool(3);
    pool.refused(0, 0);
    pool.limited(1, 0, { askedMs: 5_000, random: 0 });
    expect([0, 1, 2].map((key) => pool.restOf(key, 10))).toEqual([
      { ms: 59_990, reason: "credentials" },
      { ms: 5_000, reason: "rate-limit" },
      null,
    ]);
    expect(pool.restOf(1, 5_010)).toBeNull();
  });

  test("when every key rests it says which is back first, when and why", () => {
    const pool = new KeyPool(2);
    pool.refused(0, 0);
    pool.limited(1, 0, { askedMs: 5_000, random: 0 });
    expect(pool.choose(10)).toEqual({ ready: false, key: 1, until: 5_010, reason: "rate-limit" });
    expect(pool.choose(5_010)).toEqual({ ready: true, key: 1 });
    expect(pool.choose(60_000).ready).toBe(true);
  });

  test("a refused key does not rest when there is no other", () => {
    const pool = new KeyPool(1);
    pool.refused(0, 0);
    expect(pool.choose(0)).toEqual({ ready: true, key: 0 });
  });

  test("without a word from the provider a key rests longer with each 429, until it is taken again", () => {
    const pool = new KeyPool(1);
    const rest = (now: number): number => {
      pool.limited(0, now, { askedMs: null, random: 1 });
      const choice = pool.choose(now);
      return choice.ready ? 0 : choice.until - now;
    };
    expect([rest(0), rest(10_000), rest(20_000)]).toEqual([1_000, 2_000, 4_000]);
    pool.accepted(0);
    expect(rest(100_000)).toBe(1_000);
  });

  test("a chosen key never rests, and one is found whenever there is one", () => {
    const event = fc.record({
      afterMs: fc.integer({ min: 0, max: 5_000 }),
      key: fc.nat(4),
      what: fc.constantFrom("limit", "refuse", "accept", "choose"),
      askedMs: fc.option(fc.integer({ min: 0, max: 20_000 })),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(event, { maxLength: 60 }), (size, events) => {
        const pool = new KeyPool(size);
        let now = 0;
        for (const { afterMs, key: given, what, askedMs } of events) {
          now += afterMs;
          const key = given % size;
          if (what === "limit") pool.limited(key, now, { askedMs, random: 0.5 });
          if (what === "refuse") pool.refused(key, now);
          if (what === "accept") pool.accepted(key);
          const isReady = pool.isReady(now);
          const choice = pool.choose(now);
          expect(choice.ready).toBe(isReady);
          expect(choice.key).toBeLessThan(size);
          if (!choice.ready) expect(choice.until).toBeGreaterThan(now);
        }
      }),
    );
  });
});

describe("latency", () => {
  test("jumps to a worse time at once, sinks slowly and fades when unused", () => {
    const latency = new Latency();
    expect(latency.peakMs(0)).toBe(0);
    latency.observe(100, 0);
    latency.observe(900, 10);
    expect(latency.peakMs(10)).toBe(900);
    latency.observe(100, 20);
    expect(latency.peakMs(20)).toBeGreaterThan(800);
    expect(latency.peakMs(10_020)).toBeLessThan(500);
  });

  test("a quantile is within a fifth of a doubling of the true one", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 20, maxLength: 500 }), (times) => {
        const latency = new Latency();
        for (const [index, ms] of times.entries()) latency.observe(ms, index);
        const exact = times.toSorted((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1] ?? 0;
        const told = latency.quantileMs(0.95) ?? 0;
        expect(told).toBeGreaterThanOrEqual(exact);
        expect(told).toBeLessThanOrEqual(exact * 2 ** 0.2 + 1e-6);
      }),
    );
  });

  test("a hedge waits for its time, or for a quantile once enough is known", () => {
    const latency = new Latency();
    expect(hedgeDelayMs({ type: "delay", afterMs: 700 }, latency)).toBe(700);
    expect(hedgeDelayMs({ type: "quantile", quantile: 0.95 }, latency)).toBeNull();
    for (let index = 0; index < 50; index += 1) latency.observe(2, index);
    expect(hedgeDelayMs({ type: "quantile", quantile: 0.95 }, latency)).toBe(10);
  });
});

describe("balancing", () => {
  const candidate: fc.Arbitrary<Candidate> = fc.record({
    weight: fc.integer({ min: 1, max: 10 }),
    inFlight: fc.nat(50),
    latencyMs: fc.nat(5_000),
  });
  const strategy = fc.constantFrom("weighted" as const, "least-busy" as const, "latency" as const);

  test("always one of the candidates is chosen, and none when there is none", () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 8 }), strategy, fc.infiniteStream(share), (all, how, draws) => {
        const chosen = chooseDeployment(all, how, () => draws.next().value ?? 0);
        expect(chosen).toBeGreaterThanOrEqual(all.length === 0 ? -1 : 0);
        expect(chosen).toBeLessThan(Math.max(1, all.length));
      }),
    );
  });

  test("least-busy takes the fewest calls per weight", () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), share, (all, random) => {
        const chosen = all[chooseDeployment(all, "least-busy", () => random)];
        const least = Math.min(...all.map(({ inFlight, weight }) => inFlight / weight));
        expect((chosen?.inFlight ?? 0) / (chosen?.weight ?? 1)).toBe(least);
      }),
    );
  });

  test("of two, latency takes the one that is slower only if it is less busy", () => {
    const fast = { weight: 1, inFlight: 0, latencyMs: 100 };
    const slow = { weight: 1, inFlight: 0, latencyMs: 900 };
    expect([0, 0.6].map((random) => chooseDeployment([fast, slow], "latency", () => random))).toEqual([0, 0]);
    expect(chooseDeployment([{ ...fast, inFlight: 20 }, slow], "latency", () => 0)).toBe(1);
  });

  test("weights share the calls out", () => {
    const all = [3, 1].map((weight) => ({ weight, inFlight: 0, latencyMs: 0 }));
    const chosen = Array.from({ length: 100 }, (_, index) => chooseDeployment(all, "weighted", () => index / 100));
    expect(chosen.filter((index) => index === 0)).toHaveLength(75);
  });
});

describe("the health board", () => {
  const target = { provider: "a", model: "m" };

  test("remembers what is known of a target as long as its provider stays the same", () => {
    const board = new HealthBoard();
    const provider = { keys: 2 };
    const health = board.of(target, provider);
    health.circuit.failed(0, "pass", 0);
    health.circuit.failed(0, "pass", 0);
    expect(board.of(target, provider)).toBe(health);
    expect(board.of({ ...target, model: "n" }, provider).circuit.state).toBe("closed");
  });

  test("begins anew with a provider that was changed", () => {
    const board = new HealthBoard();
    const health = board.of(target, {});
    health.circuit.failed(0, "pass", 0);
    health.circuit.failed(0, "pass", 0);
    const fresh = board.of(target, { keys: 3, breaker: null });
    expect([fresh.circuit.state, fresh.keys.size]).toEqual(["closed", 3]);
    for (let count = 0; count < 9; count += 1) fresh.circuit.failed(count, "pass", 0);
    expect(fresh.circuit.state).toBe("closed");
  });
});
