import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shedAt, Shedding } from "./shedding.ts";
import type { Load } from "./shedding.ts";

const AT = { delayMs: 100, bytes: 1_000 };

const load = fc.record({
  delayMs: fc.integer({ min: 0, max: 1_000 }),
  bytes: fc.integer({ min: 0, max: 10_000 }),
  afterMs: fc.integer({ min: 0, max: 3_000 }),
});
const loads = fc.array(load, { maxLength: 40 });
const classCount = fc.nat(20);

/** Goes through the loads and looks after each. */
function follow(all: readonly (Load & { afterMs: number })[], look: (shedding: Shedding, now: number) => void): void {
  const shedding = new Shedding();
  let now = 0;
  for (const { afterMs, ...one } of all) {
    now += afterMs;
    shedding.observe(one, AT, now);
    look(shedding, now);
  }
}

describe("shedding", () => {
  test("a class is never refused while a later one is let in", () => {
    fc.assert(
      fc.property(loads, classCount, (all, classes) => {
        follow(all, (shedding) => {
          const refused = Array.from({ length: classes + 1 }, (_, rank) => shedding.sheds(rank, classes));
          expect(refused.indexOf(true)).toBe(refused.includes(true) ? refused.lastIndexOf(false) + 1 : -1);
        });
      }),
    );
  });

  test("nobody is refused while the load has never reached the first threshold", () => {
    const light = fc.record({ delayMs: fc.nat(99), bytes: fc.nat(999), afterMs: fc.nat(3_000) });
    fc.assert(
      fc.property(fc.array(light), classCount, (all, classes) => {
        follow(all, (shedding) => expect(shedding.sheds(classes, classes)).toBe(false));
      }),
    );
  });

  test("whoever is refused stays so for two seconds after the load has fallen, and is let in after them", () => {
    fc.assert(
      fc.property(loads, classCount, fc.nat(69), (all, classes, delayMs) => {
        follow(all, (shedding, now) => {
          if (!shedding.sheds(classes, classes)) return;
          const calm = { delayMs, bytes: 0 };
          shedding.observe(calm, AT, now);
          shedding.observe(calm, AT, now + 1_999);
          const began = now + 1_999;
          if (shedding.sheds(classes, classes)) {
            shedding.observe(calm, AT, began + 1);
            expect(shedding.sheds(classes, classes)).toBe(false);
          }
        });
      }),
    );
  });

  test("a load that swings round the threshold does not let in and refuse in turn", () => {
    const shedding = new Shedding();
    let changes = 0;
    let before = false;
    for (let step = 0; step < 600; step += 1) {
      shedding.observe({ delayMs: step % 2 === 0 ? 110 : 80, bytes: 0 }, AT, step * 100);
      const isShedding = shedding.sheds(1, 1);
      if (isShedding !== before) changes += 1;
      before = isShedding;
    }
    expect(changes).toBe(1);
  });

  test("the last class goes at the first threshold and the first at four times of it", () => {
    expect([2, 1, 0].map((rank) => shedAt(rank, 2))).toEqual([1, 2, 4]);
    expect(shedAt(0, 0)).toBe(4);
  });

  test("refuses nobody without thresholds", () => {
    const shedding = new Shedding();
    shedding.observe({ delayMs: 1_000_000, bytes: 0 }, AT, 0);
    shedding.observe({ delayMs: 1_000_000, bytes: 0 }, null, 1);
    expect(shedding.sheds(5, 5)).toBe(false);
  });
});
