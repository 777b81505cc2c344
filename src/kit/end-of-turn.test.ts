import { expect, test, vi } from "vitest";
import { atEndOfTurn } from "./end-of-turn.ts";

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("what is put off runs after what runs now and what that promises, in the order in which it was put off", async () => {
  const seen: string[] = [];
  atEndOfTurn(() => seen.push("first"));
  atEndOfTurn(() => seen.push("second"));
  seen.push("now");
  await Promise.resolve();
  seen.push("promised");
  await turn();
  expect(seen).toEqual(["now", "promised", "first", "second"]);
});

test("what is put off while others run has its own turn", async () => {
  const seen: string[] = [];
  atEndOfTurn(() => {
    atEndOfTurn(() => seen.push("next turn"));
    seen.push("this turn");
  });
  await turn();
  expect(seen).toEqual(["this turn"]);
  await turn();
  expect(seen).toEqual(["this turn", "next turn"]);
});

test("eight do not wait for the end of the turn", async () => {
  const seen: number[] = [];
  for (let one = 1; one <= 11; one += 1) atEndOfTurn(() => seen.push(one));
  expect(seen).toEqual([]);
  await Promise.resolve();
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  await turn();
  atEndOfTurn(() => seen.push(12));
  await turn();
  expect(seen.at(-1)).toBe(12);
});

test("one that throws takes no other with it", async () => {
  const seen: string[] = [];
  const thrown: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.once("uncaughtException", (error) => void thrown.push(error));
  try {
    atEndOfTurn(() => {
      throw new Error("one");
    });
    atEndOfTurn(() => seen.push("other"));
    await vi.waitFor(() => expect(seen).toEqual(["other"]), 60_000);
  } finally {
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
  expect(thrown).toEqual([new Error("one")]);
});
