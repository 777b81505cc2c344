import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryPins } from "../../src/adapters/pins/memory-pins.ts";
import { drawArm } from "../../src/domain/traffic/draw.ts";
import { sessionOf } from "../../src/domain/traffic/session.ts";

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const weight = fc.double({ min: 0, max: 1, noNaN: true });

describe("drawing an arm", () => {
  test("is the same every time, and intervals are nested: a higher weight keeps every candidate", () => {
    fc.assert(
      fc.property(seed, weight, weight, fc.string(), (...[key, a, b, session]) => {
        const [low, high] = a <= b ? [a, b] : [b, a];
        const atLow = drawArm({ seed: key, weight: low }, "bot", session);
        expect(drawArm({ seed: key, weight: low }, "bot", session)).toBe(atLow);
        if (atLow === "candidate") expect(drawArm({ seed: key, weight: high }, "bot", session)).toBe("candidate");
      }),
    );
  });

  test("weight 0 is never the candidate, weight 1 always", () => {
    fc.assert(
      fc.property(seed, fc.string(), (key, session) => {
        expect(drawArm({ seed: key, weight: 0 }, "bot", session)).toBe("stable");
        expect(drawArm({ seed: key, weight: 1 }, "bot", session)).toBe("candidate");
      }),
    );
  });

  test("gives the candidate its share, and different seeds draw independently", () => {
    const sessions = Array.from({ length: 20_000 }, (_, index) => `session-${index}`);
    const draw = (key: string) =>
      sessions.map((session) => drawArm({ seed: key, weight: 0.25 }, "bot", session) === "candidate");
    const first = draw("01".repeat(32));
    const second = draw("02".repeat(32));
    const share = first.filter(Boolean).length / sessions.length;
    const both = first.filter((isCandidate, index) => isCandidate && second[index]).length / sessions.length;
    // Four standard deviations of a fair draw; the seeds are fixed, so the figures are too.
    expect(Math.abs(share - 0.25)).toBeLessThan(0.0123);
    expect(Math.abs(both - 0.0625)).toBeLessThan(0.0069);
  });
});

describe("telling a session", () => {
  const text = fc.option(fc.string({ minLength: 1 }), { nil: null });

  test("takes the first source in order that has something to say, else the call itself", () => {
    const order = fc.uniqueArray(fc.constantFrom("header", "metadata", "fingerprint", "call" as const));
    fc.assert(
      fc.property(text, text, text, order, (...[header, metadata, opening, sources]) => {
        const hints = { header, metadata, opening, callId: "call_1" };
        const { source, id } = sessionOf(hints, sources);
        const given = { header, metadata, fingerprint: opening, call: null };
        const expected = sources.find((one) => given[one] !== null) ?? "call";
        expect(source).toBe(expected);
        if (source === "header" || source === "metadata") expect(id).toBe(given[source]);
      }),
    );
  });
});

describe("pins", () => {
  test("never exceed their capacity, and a session that keeps coming is never forgotten", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.integer({ min: 1, max: 500 }), (capacity, others) => {
        const pins = createMemoryPins(capacity, { elapsed: () => 0 });
        const pin = { rolloutId: "rol_1", arm: "candidate" } as const;
        pins.set("bot", "regular", pin);
        for (let index = 0; index < others; index += 1) {
          pins.set("bot", `visitor-${index}`, { rolloutId: null, arm: "stable" });
          expect(pins.get("bot", "regular")).toEqual(pin);
        }
        const known = Array.from({ length: others }, (_, index) => pins.get("bot", `visitor-${index}`)).filter(
          (one) => one !== undefined,
        );
        expect(known.length).toBeLessThanOrEqual(capacity);
      }),
    );
  });
});
