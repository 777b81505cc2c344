import { expect, test, vi } from "vitest";
import { atEndOfTurn, behindWrites, writeAtEndOfTurn } from "./end-of-turn.ts";

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("what is put off runs after what runs now and what that promises, in the order in which it was put off", async () => {
  const seen: string[] = [];
  writeAtEndOfTurn(() => seen.push("first"));
  writeAtEndOfTurn(() => seen.push("second"));
  seen.push("now");
  await Promise.resolve();
  seen.push("promised");
  await turn();
  expect(seen).toEqual(["now", "promised", "first", "second"]);
});

test("writes come first and books last, whatever was put off first", async () => {
  const seen: string[] = [];
  behindWrites(() => seen.push("books"));
  atEndOfTurn(() => seen.push("end"));
  writeAtEndOfTurn(() => seen.push("write"));
  await turn();
  expect(seen).toEqual(["write", "end", "books"]);
});

test("what is put off while others run has its own turn", async () => {
  for (const putOff of [writeAtEndOfTurn, atEndOfTurn, behindWrites]) {
    const seen: string[] = [];
    putOff(() => {
      putOff(() => seen.push("next turn"));
      seen.push("this turn");
    });
    await turn();
    expect(seen).toEqual(["this turn"]);
    await turn();
    expect(seen).toEqual(["this turn", "next turn"]);
  }
});

test("eight writes do not wait for the end of the turn; what is to be done behind them does", async () => {
  const seen: (number | string)[] = [];
  behindWrites(() => seen.push("books"));
  atEndOfTurn(() => seen.push("end"));
  for (let one = 1; one <= 11; one += 1) writeAtEndOfTurn(() => seen.push(one));
  expect(seen).toEqual([]);
  await Promise.resolve();
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  await turn();
  expect(seen.slice(-2)).toEqual(["end", "books"]);
  writeAtEndOfTurn(() => seen.push(12));
  await turn();
  expect(seen.at(-1)).toBe(12);
});

test("one that throws takes no other with it, of its kind or of another", async () => {
  const seen: string[] = [];
  const thrown: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.once("uncaughtException", (error) => void thrown.push(error));
  try {
    behindWrites(() => seen.push("books"));
    writeAtEndOfTurn(() => {
      throw new Error("one");
    });
    writeAtEndOfTurn(() => seen.push("other"));
    await vi.waitFor(() => expect(seen).toEqual(["other", "books"]), 60_000);
  } finally {
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
  expect(thrown).toEqual([new Error("one")]);
});
