import { expect, test } from "vitest";
import { outputItems } from "./output-items.ts";

test("finds the items of an answer by their ids, and takes nothing else for one", () => {
  const message = { type: "message", id: "msg_1" };
  const output = [null, 1, "x", [], { type: "message" }, { id: 7 }, { id: "" }, message];
  expect([...outputItems({ output })]).toEqual([["msg_1", message]]);
  for (const wrong of [null, "x", {}]) expect(outputItems({ output: wrong }).size).toBe(0);
  expect(outputItems({}).size).toBe(0);
});

test("has an end", () => {
  const output = Array.from({ length: 5_000 }, (_, index) => ({ id: `msg_${index}` }));
  expect(outputItems({ output }).size).toBe(1_000);
});
