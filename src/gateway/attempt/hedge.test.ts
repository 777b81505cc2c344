import { describe, expect, test } from "vitest";
import { attemptAt } from "../../../test/fixtures/attempt-at.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { HoldBackPolicy } from "../../domain/release/fault-policy.ts";
import { startHedged } from "./hedge.ts";
import type { Runner } from "./begin-attempt.ts";

const DOWN = new RollwardError("provider_error", { provider: "p", status: 503 });

/** Lets promises that are settled be heard. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function race(holdBack: HoldBackPolicy | null = null) {
  const clock = new HandClock();
  const first = attemptAt(clock, "one", holdBack);
  const second = attemptAt(clock, "two");
  const lost: number[] = [];
  const runner = ({ attempt }: typeof first, target: number): Runner => ({ attempt, target, body: Buffer.alloc(0) });
  const winner = startHedged(runner(first, 0), {
    clock,
    delayMs: 100,
    second: () => runner(second, 1),
    lost: ({ target }) => lost.push(target),
  });
  return { clock, first, second, lost, winner };
}

describe("a hedged attempt", () => {
  test("stays alone when it begins in time", async () => {
    const { clock, first, second, lost, winner } = race();
    clock.advance(99);
    first.source.say("Hello");
    expect((await winner).target).toBe(0);
    clock.advance(1_000);
    await settle();
    expect({ started: second.source.isStarted, lost }).toEqual({ started: false, lost: [] });
  });

  test("stays alone when it began in time and is only held back", async () => {
    const { clock, first, second, winner } = race({ characters: 1_000, ms: 500 });
    clock.advance(50);
    first.source.say("Hello");
    clock.advance(50);
    await settle();
    expect(second.source.isStarted).toBe(false);
    clock.advance(450);
    expect((await winner).target).toBe(0);
  });

  test("gets a second when it is late, and the first to begin stops the other", async () => {
    const { clock, first, second, lost, winner } = race();
    clock.advance(100);
    await settle();
    second.source.say("Hello");
    expect((await winner).target).toBe(1);
    expect({ stopped: first.source.isStopped, lost }).toEqual({ stopped: true, lost: [0] });
    expect(first.attempt.record()).toMatchObject({ end: "lost", error: null, usage: { output: 0, estimated: true } });
    expect(first.health.circuit.state).toBe("closed");
    expect(first.health.inFlight).toBe(0);
  });

  test("may still win after the second was asked", async () => {
    const { clock, first, second, lost, winner } = race();
    clock.advance(100);
    await settle();
    first.source.say("Hello");
    expect((await winner).target).toBe(0);
    expect({ stopped: second.source.isStopped, lost }).toEqual({ stopped: true, lost: [1] });
  });

  test("is answered by the other when one of the two fails", async () => {
    const { clock, first, second, winner } = race();
    clock.advance(100);
    await settle();
    first.source.fail(DOWN);
    await settle();
    second.source.say("Hello");
    expect((await winner).target).toBe(1);
    expect(first.attempt.record()).toMatchObject({ end: "failed", error: { code: "provider_error" } });
  });

  test("fails with the first's error when both fail, and is not hedged when it fails at once", async () => {
    const both = race();
    both.clock.advance(100);
    await settle();
    both.second.source.fail(new RollwardError("provider_cut"));
    both.first.source.fail(DOWN);
    await expect(both.winner).rejects.toBe(DOWN);
    expect(both.lost).toEqual([1]);
    const early = race();
    early.first.source.fail(DOWN);
    await expect(early.winner).rejects.toBe(DOWN);
    expect(early.second.source.isStarted).toBe(false);
  });
});

describe("a stream that is held back", () => {
  const held = (holdBack: HoldBackPolicy) => {
    const clock = new HandClock();
    const one = attemptAt(clock, "one", holdBack);
    let state = "held";
    one.attempt.start().then(
      () => (state = "released"),
      () => (state = "failed"),
    );
    return { clock, ...one, state: async () => (await settle(), state) };
  };

  test("goes out when enough characters are there", async () => {
    const { source, state } = held({ characters: 10, ms: 1_000 });
    source.say("Hello");
    expect(await state()).toBe("held");
    source.say(" there");
    expect(await state()).toBe("released");
  });

  test("goes out when its time is over, and its first token counts from then", async () => {
    const { source, clock, state, attempt } = held({ characters: 1_000, ms: 500 });
    source.say("Hello");
    clock.advance(499);
    expect(await state()).toBe("held");
    clock.advance(1);
    expect(await state()).toBe("released");
    expect(attempt.firstTokenMs).toBe(500);
  });

  test("goes out when it is complete", async () => {
    const { source, state } = held({ characters: 1_000, ms: 500 });
    source.say("Hi");
    source.end();
    expect(await state()).toBe("released");
  });

  test("can still be answered by another when it dies early, and is paid for", async () => {
    const { source, state, attempt, health } = held({ characters: 1_000, ms: 500 });
    source.say("Hello");
    source.fail(new RollwardError("provider_cut"));
    expect(await state()).toBe("failed");
    expect(attempt.record()).toMatchObject({ end: "failed", usage: { estimated: true } });
    expect(health.inFlight).toBe(0);
  });
});

test("a deadline that cuts a long stream off is not blamed on its target", async () => {
  const clock = new HandClock();
  const { attempt, source, health } = attemptAt(clock, "one");
  const started = attempt.start();
  source.say("Hello");
  await started;
  for (let second = 0; second < 60; second += 1) {
    source.say(".");
    clock.advance(1_000 - 1);
    source.say(".");
    clock.advance(1);
  }
  expect(attempt.record()).toMatchObject({ end: "failed", error: { code: "provider_timeout" } });
  // One failure that counts would open it together with this one.
  health.circuit.failed(clock.elapsed(), "pass", 0);
  expect(health.circuit.state).toBe("closed");
});
