import { expect, test } from "vitest";
import { callOf, releaseOf } from "../../../test/contracts/store-samples.ts";
import { ownTraceId, SPAN_NUMBERS, spanIdOf, traceIdOf } from "../../domain/trace/trace-ids.ts";
import type { CallToCopy } from "../../ports/shadow-copies.ts";
import { keptCopy } from "./copy-call.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

/** The copy of a call as it is kept. */
function copyOf(record: ReturnType<typeof callOf>): ReturnType<typeof callOf>["facts"] {
  const shadow = { candidate: releaseOf("support", "d1"), rolloutId: "rol_1" };
  return keptCopy(callOf(), { shadow, record } as unknown as CallToCopy).facts;
}

test("the copy of a call stands under it, in its trace", () => {
  const original = callOf();
  const facts = copyOf(original);
  expect(traceIdOf(facts)).toBe(ownTraceId(original.facts.id));
  expect(facts.parentSpan).toEqual({ spanId: spanIdOf(original.facts.id, SPAN_NUMBERS.call), sampled: false });
});

test("the copy of a call that joined a trace is part of that trace", () => {
  const parentSpan = { spanId: "00f067aa0ba902b7", sampled: true };
  const original = callOf({ traceId: TRACE, parentSpan });
  const facts = copyOf(original);
  expect(traceIdOf(facts)).toBe(TRACE);
  expect(facts.parentSpan).toEqual({ spanId: spanIdOf(original.facts.id, SPAN_NUMBERS.call), sampled: true });
});
