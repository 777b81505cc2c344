import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { indexCalls } from "./index-calls.ts";

const STEP_MS = 1_000;

/** A server whose steps take a second each; `busyUntilMs` is when calls stop taking all its time, and take `load` of it. */
function stage({ busyUntilMs = 0, load = 0, waiting = (): number => 0, fails = 0 } = {}) {
  const clock = new HandClock();
  const steps: number[] = [];
  /** The rests of each step. */
  const asked: (number | undefined)[] = [];
  const heard: string[] = [];
  const stop = indexCalls({
    index: {
      step(rests) {
        steps.push(clock.elapsed());
        asked.push(rests);
        const { promise, resolve, reject } = Promise.withResolvers<number>();
        const isAway = steps.length <= fails;
        clock.after(STEP_MS, () => (isAway ? reject(new Error("away")) : resolve(waiting())));
        return promise;
      },
    },
    clock,
    announcer: {
      troubled: (what) => void heard.push(`troubled ${what}`),
      recovered: (what) => void heard.push(`recovered ${what}`),
    },
    isLeader: () => true,
    load: () => (clock.elapsed() < busyUntilMs ? 0.95 : load),
  });
  const pass = async (ms: number): Promise<void> => {
    for (const end = clock.elapsed() + ms; clock.elapsed() < end; clock.advance(100)) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  };
  return { steps, asked, heard, pass, stop };
}

test("steps follow one another quickly while much waits, and slowly when little does", async () => {
  const [much, little] = [stage({ waiting: () => 1_000 }), stage()];
  await much.pass(20_000);
  await little.pass(20_000);
  expect(much.steps.length).toBeGreaterThan(14);
  expect(little.steps.length).toBeLessThan(8);
});

test("calls go first for half a minute; the index begins as soon as they leave it time", async () => {
  const { steps, pass } = stage({ busyUntilMs: 25_000, waiting: () => 1_000 });
  await pass(24_000);
  expect(steps).toEqual([]);
  await pass(4_000);
  expect(steps.length).toBeGreaterThan(1);
});

test("a server that is busy for ever has the index rest seven times as long as it works", async () => {
  const { steps, asked, pass } = stage({ busyUntilMs: Infinity, waiting: () => 1_000 });
  await pass(30_000 + 8_000);
  expect(steps[0]).toBeGreaterThanOrEqual(30_000);
  expect(steps.length).toBeGreaterThan(1);
  expect(new Set(asked)).toEqual(new Set([7]));
});

test("it works in small pieces while calls come, and without rests while none do", async () => {
  const [served, idle] = [stage({ load: 0.4 }), stage({ load: 0.01 })];
  await served.pass(10_000);
  await idle.pass(10_000);
  expect([new Set(served.asked), new Set(idle.asked)]).toEqual([new Set([3]), new Set([0])]);
  expect(served.steps.length).toBe(idle.steps.length);
});

test("it rests less while what waits does not become less, and as before when it does", async () => {
  let waiting = 1_000;
  const { asked, pass } = stage({ load: 0.4, waiting: () => waiting });
  await pass(9_000);
  expect(asked.slice(0, 6)).toEqual([3, 3, 2, 1, 0, 0]);
  waiting = 10;
  await pass(16_000);
  expect([...new Set(asked.slice(4))]).toEqual([0, 1, 2, 3]);
  expect(asked.at(-1)).toBe(3);
});

test("what stops it is told once, and that it goes on", async () => {
  const { heard, pass, stop, steps } = stage({ fails: 2 });
  await pass(60_000);
  expect(heard).toEqual(["troubled taking calls into their index", "recovered taking calls into their index"]);
  stop();
  const before = steps.length;
  await pass(60_000);
  expect(steps.length).toBe(before);
});
