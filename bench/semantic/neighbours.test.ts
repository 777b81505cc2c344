import { expect, test } from "vitest";
import { Random } from "../evidence/random.ts";
import { EntrySet, Neighbours } from "./neighbours.ts";

test("the nearest entries are the nearest of all, in a small cache and in a large one", () => {
  const [count, dimension] = [700, 8];
  const random = new Random(1, "neighbours");
  const rows = new Float32Array(count * dimension);
  for (let row = 0; row < count; row += 1) {
    const vector = Array.from({ length: dimension }, () => random.normal());
    const length = Math.hypot(...vector);
    for (const [at, value] of vector.entries()) rows[row * dimension + at] = value / length;
  }
  const neighbours = new Neighbours({ rows, dimension });
  const cache = new EntrySet(count);
  expect(neighbours.nearest(0, cache)).toBeNull();
  for (let entry = 1; entry < count; entry += 2) {
    cache.add(entry);
    const similarities = cache.entries
      .map((each) => neighbours.similarity(0, each))
      .toSorted((one, other) => other - one);
    const found = neighbours.nearest(0, cache);
    expect(found?.similarity).toBe(similarities[0]);
    expect(found?.runnerUp).toBe(similarities[1] ?? null);
  }
});
