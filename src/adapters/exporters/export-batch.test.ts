import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallBodies } from "../../domain/call/call-record.ts";
import { factsOf } from "../../../test/contracts/store-samples.ts";
import { joinItems, splitItems, weightOf } from "./export-batch.ts";
import type { ExportItem } from "./export-batch.ts";

const bodies = fc.option(fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)));
const calls = fc
  .record({
    request: bodies,
    upstream: bodies,
    answer: bodies,
    isSame: fc.boolean(),
    release: fc.string({ unit: "grapheme" }),
  })
  .map(({ request, upstream, answer, isSame, release }): ExportItem => {
    const kept: CallBodies = { request, upstream: isSame ? request : upstream, answer };
    return { type: "call", because: "share", wantsContent: false, call: { facts: factsOf({ release }), bodies: kept } };
  });

const SCORE: ExportItem = {
  type: "score",
  wantsContent: true,
  evaluation: {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    callId: "call_1",
    at: 1,
    name: "thumbs",
    value: 1,
    label: "up",
    explanation: "grüße 🔥",
    judge: null,
  },
};

test("what is handed to another thread arrives as it was, byte for byte", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(calls, fc.constant(SCORE)), { maxLength: 8 }), (items) => {
      const read = splitItems(joinItems(items));
      const expected = items.map((item) => {
        if (item.type === "score") return item;
        const { facts, bodies: sent } = item.call;
        return {
          type: "call",
          because: "share",
          wantsContent: false,
          facts,
          request: sent.request,
          asked: sent.upstream,
          answer: sent.answer,
        };
      });
      expect(read).toEqual(expected);
    }),
  );
});

test("a body that is too long to be worth its copying is left out", () => {
  const request = Buffer.alloc(300_000, "x");
  const call = { facts: factsOf(), bodies: { request, upstream: request, answer: Buffer.from("short") } };
  const item: ExportItem = { type: "call", because: "error", wantsContent: true, call };
  const joined = joinItems([item]);
  expect(joined.length).toBeLessThan(5_000);
  expect(splitItems(joined)).toMatchObject([{ request: null, asked: null, answer: Buffer.from("short") }]);
  // It is there until it is sent, all the same.
  expect(weightOf(item)).toBeGreaterThan(300_000);
});
