import { expect, test } from "vitest";
import { KeyPool } from "./key-pool.ts";

const keyFor = (pool: KeyPool, now: number, beginning: string): number => pool.choose(now, undefined, beginning).key;

test("calls with one beginning have one key, and beginnings spread over the keys", () => {
  const pool = new KeyPool(4);
  const keys = Array.from({ length: 100 }, (_, index) => keyFor(pool, 0, `b${index}`));
  expect(Array.from({ length: 100 }, (_, index) => keyFor(pool, 1, `b${index}`))).toEqual(keys);
  expect(new Set(keys).size).toBe(4);
});

test("a key that rests is nobody's, and is everybody's again who had it when it is back", () => {
  const pool = new KeyPool(3);
  const favourite = keyFor(pool, 0, "b");
  pool.limited(favourite, 0, { askedMs: 1_000, random: 0 });
  const other = keyFor(pool, 1, "b");
  expect(other).not.toBe(favourite);
  expect(keyFor(pool, 2, "b")).toBe(other);
  expect(keyFor(pool, 5_000, "b")).toBe(favourite);
});

test("a key with more than its share under way is passed over until some of it is over", () => {
  const pool = new KeyPool(2);
  const favourite = keyFor(pool, 0, "b");
  for (let call = 0; call < 4; call += 1) {
    expect(keyFor(pool, 0, "b")).toBe(favourite);
    pool.began(favourite);
  }
  expect(keyFor(pool, 0, "b")).toBe(1 - favourite);
  pool.ended(favourite);
  expect(keyFor(pool, 0, "b")).toBe(favourite);
});

test("when every key rests, the one that is back first is told, as without a beginning", () => {
  const pool = new KeyPool(2);
  pool.limited(0, 0, { askedMs: 2_000, random: 0 });
  pool.limited(1, 0, { askedMs: 1_000, random: 0 });
  expect(pool.choose(0, undefined, "b")).toMatchObject({ ready: false, key: 1, reason: "rate-limit" });
});

test("a key keeps its beginnings in every order of the keys, and when another one goes", () => {
  const names = ["one", "two", "three", "four"];
  const pool = new KeyPool(4, names);
  const turned = new KeyPool(4, names.toReversed());
  const fewer = new KeyPool(3, names.slice(1));
  const beginnings = Array.from({ length: 100 }, (_, index) => `b${index}`);
  for (const beginning of beginnings) {
    const name = names[keyFor(pool, 0, beginning)];
    expect(names.toReversed()[keyFor(turned, 0, beginning)]).toBe(name);
    if (name !== "one") expect(names.slice(1)[keyFor(fewer, 0, beginning)]).toBe(name);
  }
});
