import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callOf } from "../../../../test/contracts/store-samples.ts";
import type { CallRecord } from "../../../domain/call/call-record.ts";
import { encodeCall, joinCalls, splitCalls } from "./encoded-call.ts";

const body = fc.option(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)));
const text = fc.string({ unit: "binary", maxLength: 40 });

const call: fc.Arbitrary<CallRecord> = fc
  .record({ request: body, upstream: body, answer: body, isPassed: fc.boolean(), model: text, session: text })
  .map(({ request, upstream, answer, isPassed, model, session }) =>
    callOf(
      { requestedModel: model, session: { id: session, source: "header" }, costPico: 2n ** 70n },
      { request, upstream: isPassed ? request : upstream, answer },
    ),
  );

describe("an encoded call", () => {
  it("reads the same as the call", () => {
    fc.assert(
      fc.property(call, (given) => {
        const { facts, bodies } = encodeCall(given);
        // What JSON cannot carry comes back as it would from any store.
        const wellFormed = given.facts.session === null ? null : { ...given.facts.session };
        expect({ ...facts, session: wellFormed }).toEqual({ ...given.facts, session: wellFormed });
        expect(bodies).toEqual(given.bodies);
        expect(bodies.upstream === bodies.request).toBe(given.bodies.upstream === given.bodies.request);
      }),
    );
  });

  it("comes out of a joined batch as it went in, and in order", () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 8 }), (given) => {
        const stored = splitCalls(joinCalls(given.map(encodeCall)));
        expect(stored.map(({ bodies }) => bodies)).toEqual(given.map(({ bodies }) => bodies));
        expect(stored.map(({ columns }) => columns.id)).toEqual(given.map(({ facts }) => facts.id));
      }),
    );
  });

  it("that is larger than what calls share has a buffer of its own", () => {
    const large = callOf({}, { request: Buffer.alloc(1_000_000, 7) });
    expect(encodeCall(large).bodies.request).toEqual(large.bodies.request);
    const small = callOf({}, { request: Buffer.from("next") });
    expect(encodeCall(small).bodies.request).toEqual(small.bodies.request);
  });

  it("is not encoded twice", () => {
    const encoded = encodeCall(callOf({}, {}));
    expect(encodeCall(encoded)).toBe(encoded);
  });
});
