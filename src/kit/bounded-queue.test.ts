import fc from "fast-check";
import { expect, it } from "vitest";
import { BoundedQueue } from "./bounded-queue.ts";

it("gives items out in the order they came", () => {
  const queue = new BoundedQueue<string>({ maxItems: 3, maxBytes: 100 });
  for (const item of ["a", "b", "c"]) queue.offer(item, 1);
  expect(queue.takeUpTo(2, 100)).toEqual(["a", "b"]);
  queue.offer("d", 1);
  expect(queue.takeUpTo(9, 100)).toEqual(["c", "d"]);
  expect(queue.takeUpTo(9, 100)).toEqual([]);
});

it("refuses what would break a bound, and keeps what it has", () => {
  const queue = new BoundedQueue<string>({ maxItems: 2, maxBytes: 10 });
  expect(queue.offer("a", 8)).toBe(true);
  expect(queue.offer("b", 3)).toBe(false);
  expect(queue.offer("c", 2)).toBe(true);
  expect(queue.offer("d", 0)).toBe(false);
  expect([queue.length, queue.bytes]).toEqual([2, 10]);
  expect(queue.takeUpTo(1, 100)).toEqual(["a"]);
  expect(queue.offer("e", 8)).toBe(true);
});

it("gives an item heavier than asked for alone, so that it can leave", () => {
  const queue = new BoundedQueue<string>({ maxItems: 9, maxBytes: 100 });
  queue.offer("heavy", 50);
  queue.offer("light", 1);
  expect(queue.takeUpTo(9, 10)).toEqual(["heavy"]);
  expect(queue.takeUpTo(9, 10)).toEqual(["light"]);
});

it("keeps order and count when thousands pass through it", () => {
  const queue = new BoundedQueue<number>({ maxItems: 5_000, maxBytes: 5_000 });
  let offered = 0;
  let expected = 0;
  for (let round = 0; round < 50; round += 1) {
    while (queue.offer(offered, 1)) offered += 1;
    for (const item of queue.takeUpTo(100 + round * 60, 5_000)) {
      expect(item).toBe(expected);
      expected += 1;
    }
    expect([queue.length, queue.bytes]).toEqual([offered - expected, offered - expected]);
  }
});

it.each([-1, Number.NaN])("refuses an item of %d bytes", (bytes) => {
  const queue = new BoundedQueue<string>({ maxItems: 9, maxBytes: 100 });
  expect(() => queue.offer("a", bytes)).toThrow(RangeError);
  expect(queue.bytes).toBe(0);
});

type Step = { readonly offer: number } | { readonly take: readonly [items: number, bytes: number] };

it("behaves as a plain list with the same bounds, also over many thousand items", () => {
  const offer = fc.record({ offer: fc.nat(40) });
  const take = fc.record({ take: fc.tuple(fc.nat(30), fc.nat(300)) });
  const steps = fc.array(fc.oneof<fc.Arbitrary<Step>[]>(offer, offer, offer, take), { maxLength: 200 });
  const limits = fc.record({
    maxItems: fc.integer({ min: 1, max: 3_000 }),
    maxBytes: fc.integer({ min: 1, max: 60_000 }),
  });
  fc.assert(
    fc.property(steps, limits, fc.integer({ min: 1, max: 60 }), (list, bounds, repeat) => {
      const queue = new BoundedQueue<number>(bounds);
      const model: number[] = [];
      const sum = (): number => model.reduce((total, bytes) => total + bytes, 0);
      const apply = (step: Step): void => {
        if ("offer" in step) {
          const fits = model.length < bounds.maxItems && queue.bytes + step.offer <= bounds.maxBytes;
          expect(queue.offer(step.offer, step.offer)).toBe(fits);
          if (fits) model.push(step.offer);
          return;
        }
        const [items, bytes] = step.take;
        const expected: number[] = [];
        let weight = 0;
        for (const each of model) {
          weight += each;
          if (expected.length >= items || (expected.length > 0 && weight > bytes)) break;
          expected.push(each);
        }
        model.splice(0, expected.length);
        expect(queue.takeUpTo(items, bytes)).toEqual(expected);
      };
      for (let round = 0; round < repeat; round += 1) list.forEach(apply);
      expect([queue.length, queue.bytes]).toEqual([model.length, sum()]);
    }),
    { numRuns: 30 },
  );
});
