import { expect, test } from "vitest";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { SpendBook } from "../../domain/spend/spend-book.ts";
import { modelCostPico } from "../../domain/spend/spend.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { noteSpend } from "./note-spend.ts";

/** The parts of a call that are looked at. */
const CALL = {
  key: { id: "key_1" },
  aim: { type: "direct", target: { provider: "sim", model: "a" } },
  request: { body: { user: "ada" } },
  settings: { environment: "production", providers: new Map() },
} as unknown as OpenCall;

const attempt = (costPico: bigint, end = "answered") => ({ provider: "sim", model: "a", usage: null, costPico, end });

/** What is noted of a call, by model. */
function noted(costPico: bigint, attempts: readonly object[]): Readonly<Record<string, bigint>> {
  const spend = new SpendBook();
  noteSpend({ spend } as unknown as Gateway, CALL, { at: 0, attempts, costPico } as unknown as CallFacts);
  return Object.fromEntries(spend.take().map((row) => [row.model, modelCostPico(row.spend)]));
}

test("what a call cost is noted whole: attempts by their model, the rest beside them", () => {
  expect(noted(12n, [attempt(4n), attempt(0n, "skipped"), attempt(5n)])).toEqual({
    "sim/a": 9n,
    "beside the answer": 3n,
  });
});

test("a call that was refused after its summary was paid has cost the summary", () => {
  expect(noted(3n, [])).toEqual({ "beside the answer": 3n });
});

test("a call that asked nobody has cost nothing", () => {
  expect(noted(0n, [])).toEqual({});
});
