import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WaitingLine } from "./waiting-line.ts";
import type { Waiting } from "./waiting-line.ts";

const one = (rank: number, lane: string, value: number): Waiting<number> => ({ rank, lane, cost: 1, value });

function serveAll(line: WaitingLine<number>): number[] {
  const order: number[] = [];
  for (let next = line.head(); next !== null; next = line.head()) {
    order.push(next.value);
    line.takeOut(next, true);
  }
  return order;
}

test("serves classes in order, lanes in turns, and each lane in the order of coming", () => {
  const line = new WaitingLine<number>();
  for (const value of [1, 2, 3]) line.enter(one(1, "busy", value));
  line.enter(one(1, "calm", 4));
  line.enter(one(0, "first", 5));
  expect(line.last()?.value).toBe(3);
  expect(serveAll(line)).toEqual([5, 1, 4, 2, 3]);
  expect(line.size).toBe(0);
});

test("a tenant with dear calls gets fewer turns, by their cost", () => {
  const line = new WaitingLine<number>();
  for (let value = 0; value < 40; value += 1) {
    line.enter({ ...one(0, "dear", 1_000 + value), cost: 4 });
    line.enter(one(0, "cheap", value));
  }
  const first = serveAll(line).slice(0, 25);
  expect(first.filter((value) => value >= 1_000).length).toBe(5);
});

test("whoever waits all the time is served as much as others, to within the dearest call", () => {
  const calls = fc.array(fc.record({ lane: fc.constantFrom("a", "b", "c"), cost: fc.integer({ min: 1, max: 50 }) }), {
    minLength: 60,
    maxLength: 200,
  });
  fc.assert(
    fc.property(calls, (list) => {
      const line = new WaitingLine<number>();
      for (const [value, { lane, cost }] of list.entries()) line.enter({ ...one(0, lane, value), cost });
      const served = { a: 0, b: 0, c: 0 };
      const left = { a: 0, b: 0, c: 0 };
      for (const { lane } of list) left[lane] += 1;
      while (left.a > 0 && left.b > 0 && left.c > 0) {
        const next = line.head();
        if (next === null) throw new Error("Somebody waits.");
        line.takeOut(next, true);
        const lane = list[next.value]?.lane ?? "a";
        served[lane] += next.cost;
        left[lane] -= 1;
        const sums = Object.values(served);
        expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(100);
      }
    }),
  );
});

test("who gives up a place leaves no gap, and cannot leave twice", () => {
  const line = new WaitingLine<number>();
  const waiting = [1, 2, 3].map((value) => one(0, "a", value));
  for (const each of waiting) line.enter(each);
  const [, second] = waiting;
  if (second === undefined) throw new Error("There are three.");
  expect(line.takeOut(second, false)).toBe(true);
  expect(line.takeOut(second, false)).toBe(false);
  expect(serveAll(line)).toEqual([1, 3]);
});

test("a lane that was empty comes back without turns saved up", () => {
  const line = new WaitingLine<number>();
  for (let value = 0; value < 10; value += 1) line.enter(one(0, "steady", value));
  for (let turn = 0; turn < 5; turn += 1) {
    const next = line.head();
    if (next !== null) line.takeOut(next, true);
  }
  for (let value = 100; value < 105; value += 1) line.enter(one(0, "late", value));
  expect(
    serveAll(line)
      .slice(0, 6)
      .filter((value) => value >= 100).length,
  ).toBeLessThanOrEqual(4);
});
