import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costPico } from "../money/price.ts";
import { addSpend, NO_SPEND } from "./add-spend.ts";
import { HOUR_MS, hourOf, SpendBook } from "./spend-book.ts";
import { modelCostPico } from "./spend.ts";

const PRICE = { input: 3n, cachedInput: 1n, cacheWrite: 4n, output: 9n, reasoning: 9n };
const STEPPED = {
  ...PRICE,
  steps: [{ above: 15_000, input: 6n, cachedInput: 2n, cacheWrite: 8n, output: 13n, reasoning: 13n }],
};
const SLOT = {
  hour: hourOf(Date.UTC(2026, 10, 21, 9, 59)),
  endpoint: "bot",
  model: "sim/a",
  keyId: "key_1",
  user: "ada",
};

const usage = fc.record({
  input: fc.nat(10_000),
  cachedInput: fc.nat(10_000),
  cacheWrite: fc.nat(10_000),
  output: fc.nat(10_000),
  reasoning: fc.nat(10_000),
});

describe("the book of spend", () => {
  test("counts each attempt in its own slot, whatever came before it, and was forgotten", () => {
    const hours = [SLOT.hour, SLOT.hour + HOUR_MS];
    const slot = fc.record({
      hour: fc.constantFrom(...hours),
      endpoint: fc.constantFrom("", "bot"),
      model: fc.constantFrom("sim/a", "sim/b"),
      keyId: fc.constantFrom("key_1", "key_2"),
      user: fc.constantFrom("", "ada"),
    });
    const step = fc.record({ slot, costPico: fc.bigInt({ min: 1n, max: 1_000n }), forgets: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const book = new SpendBook();
        const spent = new Map<string, bigint>();
        const seen = new Map<string, bigint>();
        let oldest = 0;
        for (const { slot: wanted, costPico, forgets } of steps) {
          if (forgets) {
            for (const { spend, ...row } of book.take()) seen.set(JSON.stringify(row), modelCostPico(spend));
            oldest = SLOT.hour + HOUR_MS;
            book.forget(oldest);
          }
          const own = JSON.stringify({ ...wanted, hour: Math.max(wanted.hour, oldest) });
          spent.set(own, (spent.get(own) ?? 0n) + costPico);
          book.note(wanted, { usage: null, costPico, price: null });
        }
        for (const { spend, ...row } of book.take()) seen.set(JSON.stringify(row), modelCostPico(spend));
        expect(seen).toEqual(spent);
      }),
    );
  });

  test("keeps every pico-dollar, priced or not, whatever was taken in between", () => {
    const attempt = fc.record({
      usage: fc.option(usage),
      costPico: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      price: fc.constantFrom(PRICE, STEPPED, null),
      user: fc.constantFrom("", "ada", "grace"),
      isTaken: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(attempt), (attempts) => {
        const book = new SpendBook();
        const last = new Map<string, bigint>();
        const take = (): void => {
          for (const { user, spend } of book.take()) last.set(user, modelCostPico(spend));
        };
        for (const { user, isTaken, ...spent } of attempts) {
          book.note({ ...SLOT, user }, spent);
          if (isTaken) take();
        }
        take();
        const total = [...last.values()].reduce((sum, each) => sum + each, 0n);
        expect(total).toBe(attempts.reduce((sum, { costPico }) => sum + costPico, 0n));
        expect(book.take()).toEqual([]);
      }),
    );
  });

  test("tells a call with a long prompt by class at the price that it was charged at", () => {
    const book = new SpendBook();
    const used = { input: 10_000, cachedInput: 5_000, cacheWrite: 1, output: 7, reasoning: 0 };
    const cost = costPico(used, STEPPED);
    book.note(SLOT, { usage: used, costPico: cost, price: STEPPED });
    const [row] = book.take();
    expect(row?.spend).toMatchObject({ otherPico: 0n, savedPico: 5_000n * 4n - 2n });
    expect(row?.spend.classes).toMatchObject({
      input: { costPico: 60_000n },
      cachedInput: { costPico: 10_000n },
      cacheWrite: { costPico: 8n },
      output: { costPico: 91n },
    });
  });

  test("gives again what could not be written, and forgets only what was", () => {
    const book = new SpendBook();
    book.note(SLOT, { usage: null, costPico: 5n, price: null });
    const rows = book.take();
    book.giveBack(rows);
    book.forget(SLOT.hour + 1);
    expect(book.take()).toEqual(rows);
    book.forget(SLOT.hour + 1);
    book.note(SLOT, { usage: null, costPico: 1n, price: null });
    expect(book.take()[0]?.spend).toEqual(addSpend(NO_SPEND, { ...NO_SPEND, calls: 1, otherPico: 1n }));
  });

  test("counts what ends hours after it began, and forgets nothing of what was written for its hour", () => {
    const book = new SpendBook();
    const written = new Map<string, bigint>();
    const write = (): void => {
      for (const { spend, ...slot } of book.take()) written.set(JSON.stringify(slot), modelCostPico(spend));
    };
    book.note(SLOT, { usage: null, costPico: 100n, price: null });
    write();
    book.forget(SLOT.hour + 2 * HOUR_MS);
    book.note(SLOT, { usage: null, costPico: 7n, price: null });
    write();
    expect([...written.values()].reduce((sum, each) => sum + each, 0n)).toBe(107n);
  });

  test("has one row for users whom a store cannot tell apart", () => {
    const book = new SpendBook();
    for (const user of ["a\u0000", "a\u2400", "b\ud800", "b\ufffd", `${"c".repeat(127)}💸`, `${"c".repeat(127)}🔥`]) {
      book.note({ ...SLOT, user }, { usage: null, costPico: 1n, price: null });
    }
    expect(book.take().map(({ user, spend }) => [user, spend.calls])).toEqual([
      ["a\u2400", 2],
      ["b\ufffd", 2],
      [`${"c".repeat(127)}\ufffd`, 2],
    ]);
  });

  test("counts users together when an hour has too many of them, and says so", () => {
    const book = new SpendBook();
    for (let user = 0; user < 20_010; user += 1) {
      book.note({ ...SLOT, user: `user-${user}` }, { usage: null, costPico: 1n, price: null });
    }
    const rows = book.take();
    expect(rows).toHaveLength(20_001);
    expect(book.merged).toBe(10);
    expect(rows.at(-1)).toMatchObject({ user: "", spend: { calls: 10, otherPico: 10n } });
  });
});
