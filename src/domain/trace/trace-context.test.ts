import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTraceContext, traceparentOf } from "./trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const GOOD = `00-${TRACE}-${SPAN}-01`;

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef".split("")), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""))
    .filter((text) => !/^0+$/.test(text));

describe("a traceparent", () => {
  test("says trace, span and flags", () => {
    expect(parseTraceContext(GOOD)).toEqual({ traceId: TRACE, parent: { spanId: SPAN, sampled: true } });
    expect(parseTraceContext(`00-${TRACE}-${SPAN}-02`)).toEqual({
      traceId: TRACE,
      parent: { spanId: SPAN, sampled: false, isRandom: true },
    });
  });

  test("that we write reads as it was meant", () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.tuple(fc.boolean(), fc.boolean()), (traceId, spanId, [sampled, isRandom]) => {
        const read = parseTraceContext(traceparentOf({ traceId, spanId, sampled, isRandom }));
        expect(read).toEqual({ traceId, parent: { spanId, sampled, ...(isRandom && { isRandom }) } });
      }),
    );
  });

  test("of a later version is read as far as this one knows it", () => {
    expect(parseTraceContext(`cc-${TRACE}-${SPAN}-01`)).not.toBeNull();
    expect(parseTraceContext(`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`)).not.toBeNull();
    expect(parseTraceContext(`cc-${TRACE}-${SPAN}-01.what-the-future-will-not-be-like`)).toBeNull();
  });

  test.each([
    ["is empty", ""],
    ["has version 255", GOOD.replace("00-", "ff-")],
    ["has a version that is no number", GOOD.replace("00-", "0g-")],
    ["has capitals", GOOD.toUpperCase()],
    ["has a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["has a span id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["has a short trace id", `00-${TRACE.slice(1)}-${SPAN}-01`],
    ["has a character that is no hex digit", GOOD.replace("4b", "4z")],
    ["has flags that are no number", `00-${TRACE}-${SPAN}-0x`],
    ["has something behind it", `${GOOD}-00`],
    ["has a point behind it", `${GOOD}.`],
    ["has other marks between its parts", GOOD.replaceAll("-", "_")],
    ["came twice", `${GOOD}, ${GOOD}`],
  ])("that %s counts as absent", (_, text) => {
    expect(parseTraceContext(text)).toBeNull();
  });

  test("is never misread, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const read = parseTraceContext(text, text);
        expect(read === null || /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/.test(text)).toBe(true);
      }),
    );
  });
});

describe("a tracestate", () => {
  const stateOf = (state: string): string | undefined => parseTraceContext(GOOD, state)?.parent.state;

  test("goes on without blanks and empty members", () => {
    expect(stateOf("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")).toBe("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
    expect(stateOf(" a=1 ,, 0b@c=2\t")).toBe("a=1,0b@c=2");
  });

  test.each([
    ["has a key twice", "a=1,a=2"],
    ["has a key with capitals", "A=1"],
    ["has no value", "a"],
    ["has an empty value", "a="],
    ["has an equals sign in a value", "a=b=c"],
    ["has 33 members", Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(",")],
    ["has a value that is too long", `a=${"x".repeat(257)}`],
    ["is empty", ""],
  ])("that %s goes no further, and the trace does", (_, state) => {
    expect(parseTraceContext(GOOD, state)).toEqual({ traceId: TRACE, parent: { spanId: SPAN, sampled: true } });
  });

  test("that is too long loses its longest members, then its last", () => {
    const long = `long=${"x".repeat(200)}`;
    const members = Array.from({ length: 30 }, (_, index) => `k${index}=${"v".repeat(20)}`);
    const kept = stateOf([long, ...members].join(",")) ?? "";
    expect(kept.length).toBeLessThanOrEqual(512);
    expect([long, ...members].join(",")).toContain(kept);
    expect(kept).not.toContain("long=");
  });
});
