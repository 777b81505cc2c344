import { expect, test } from "vitest";
import { ChangeBook } from "./change-book.ts";
import type { Change } from "./change.ts";

const changeOf = (number: number): Change => ({
  id: `budget:${number}`,
  at: number,
  kind: "budget",
  weight: "info",
  environment: "production",
  endpoint: null,
  by: null,
  line: `Change ${number}`,
});

test("what was noted is taken once, in order, and of too much the oldest is lost", () => {
  const book = new ChangeBook();
  expect(book.take()).toEqual([]);
  for (let number = 0; number < 250; number += 1) book.note(changeOf(number));
  const taken = book.take();
  expect([taken.length, taken[0]?.at, taken.at(-1)?.at]).toEqual([200, 50, 249]);
  expect(book.take()).toEqual([]);
});
