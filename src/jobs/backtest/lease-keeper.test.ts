import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { settled } from "../../../test/fixtures/delivery-world.ts";
import { LeaseKeeper } from "./lease-keeper.ts";

/** A lease whose store answers as a test says. */
function stage(): {
  clock: HandClock;
  answers: (boolean | Error)[];
  asked: number[];
  lost: () => number;
  lease: LeaseKeeper;
} {
  const clock = new HandClock();
  const answers: (boolean | Error)[] = [];
  const asked: number[] = [];
  let lost = 0;
  const lease = new LeaseKeeper({
    clock,
    id: "bkt_1",
    replicaId: "rep_1",
    onLost: () => (lost += 1),
    store: {
      async lease(_id, _runner, forMs) {
        asked.push(forMs);
        const answer = answers.shift() ?? true;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  });
  return { clock, answers, asked, lost: () => lost, lease };
}

const pass = async (clock: HandClock, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 1_000) {
    clock.advance(1_000);
    await settled();
  }
};

test("a lease is renewed long before it runs out, and given back at the end", async () => {
  const { clock, asked, lost, lease } = stage();
  lease.start();
  await pass(clock, 30_000);
  expect(asked).toEqual([20_000, 20_000, 20_000, 20_000, 20_000, 20_000]);
  await lease.giveBack();
  await pass(clock, 30_000);
  expect(asked.at(-1)).toBe(0);
  expect(asked).toHaveLength(7);
  expect(lost()).toBe(0);
});

test("another one's lease is obeyed at once", async () => {
  const { clock, answers, lost, lease } = stage();
  answers.push(true, false);
  lease.start();
  await pass(clock, 10_000);
  expect(lost()).toBe(1);
});

test("a store that is away for a moment is waited for, one that stays away costs the lease before it can run out", async () => {
  const { clock, answers, lost, lease } = stage();
  const away = new Error("away");
  answers.push(away, away, true, away, away, away);
  lease.start();
  await pass(clock, 20_000);
  expect(lost()).toBe(0);
  await pass(clock, 14_000);
  expect(lost()).toBe(1);
});
