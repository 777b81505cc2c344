import fc from "fast-check";
import { expect, test } from "vitest";
import { ulid } from "../../kit/ulid.ts";
import { SPAN_NUMBERS, callIdOfTrace, isTraceId, ownTraceId, spanIdOf, traceIdOf } from "./trace-ids.ts";

const callIds = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 10, maxLength: 10 }))
  .map(([at, random]) => ({ at, random, id: `call_${ulid(at, random)}` }));

test("a call's own trace id is the bytes of its ULID, and leads back to the call", () => {
  fc.assert(
    fc.property(callIds, ({ at, random, id }) => {
      const expected = at.toString(16).padStart(12, "0") + Buffer.from(random).toString("hex");
      expect(ownTraceId(id)).toBe(expected);
      expect(callIdOfTrace(expected)).toBe(id);
    }),
  );
});

test("a call that joined a trace is of that trace", () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect(traceIdOf({ id: "call_01kaxk3hqn0000000000000000", traceId })).toBe(traceId);
  expect(traceIdOf({ id: "call_01kaxk3hqn0000000000000000" })).toBe("019abb31c6f500000000000000000000");
});

test("no two spans of a call have one id, and none has the one that means nothing", () => {
  fc.assert(
    fc.property(callIds, ({ id }) => {
      const numbers = Object.values(SPAN_NUMBERS).flatMap((first) =>
        Array.from({ length: 60 }, (_, index) => first + index),
      );
      const ids = numbers.map((number) => spanIdOf(id, number));
      expect(new Set(ids).size).toBe(numbers.length);
      expect(ids.every((one) => /^[0-9a-f]{16}$/.test(one) && !/^0+$/.test(one))).toBe(true);
      expect(ids).toEqual(numbers.map((number) => spanIdOf(id, number)));
    }),
  );
});

test("a trace id is 32 hex digits in lower case that are not all zero", () => {
  expect(isTraceId("4bf92f3577b34da6a3ce929d0e0e4736")).toBe(true);
  for (const text of ["", "0".repeat(32), "4BF92F3577B34DA6A3CE929D0E0E4736", "4bf92f3577b34da6a3ce929d0e0e473"])
    expect(isTraceId(text)).toBe(false);
});
