import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

/** The double with these 64 bits, in hexadecimal. */
const double = (bits: string): number => Buffer.from(bits, "hex").readDoubleBE();

describe("the examples of RFC 8785", () => {
  it("writes the object of section 3.2.2", () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts the keys of section 3.2.3 by UTF-16 code units", () => {
    const input = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\u{1f600}": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const order = Object.values(JSON.parse(canonicalJson(input)) as Record<string, string>);
    expect(canonicalJson(input).indexOf('"\\r"')).toBe(1);
    expect(order.toSorted()).toEqual(Object.values(input).toSorted());
    expect(canonicalJson(input)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("writes the double %s of appendix B as %s", (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });

  it.each(["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])(
    "refuses the double %s of appendix B",
    (bits) => {
      expect(() => canonicalJson([double(bits)])).toThrow(TypeError);
    },
  );
});

describe("what JSON cannot hold", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  // oxlint-disable-next-line no-sparse-arrays
  const sparse = [1, , 2];

  it.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /undefined/],
    ["a member that is undefined", { a: undefined }, /undefined/],
    ["a hole in an array", sparse, /undefined/],
    ["a bigint", { a: [1n] }, /bigint/],
    ["a function", [String], /function/],
    ["a symbol", Symbol("a"), /symbol/],
    ["NaN", Number.NaN, /NaN/],
    ["a lone surrogate", "a\ud800", /surrogate/],
    ["a lone surrogate in a key", { "\udc00": 1 }, /surrogate/],
    ["a Date", { at: new Date(0) }, /plain/],
    ["a Map", new Map([["a", 1]]), /plain/],
    ["a boxed number", Object(1), /plain/],
    ["a circle", circle, /circles/],
  ])("refuses %s", (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson(value)).toThrow(message);
  });
});

// Keys hold no backslash: with one in its memory, V8's JSON.parse misreads other escaped keys (nodejs/node 63785).
const text = fc.string({ unit: "binary" }).filter((each) => each.isWellFormed());
const key = text.map((each) => each.replaceAll("\\", "/"));
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(text, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value")),
    fc.dictionary(key, tie("value"), { noNullPrototype: true }),
  ),
}));

/** The same value with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reordered(member)]),
  );
}

const withoutMinusZero = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("laws", () => {
  it("writes few members and many in the order of the UTF-16 code units of their names", () => {
    const names = fc.oneof(
      fc.uniqueArray(key, { maxLength: 20 }),
      fc.uniqueArray(key, { minLength: 25, maxLength: 60, size: "max" }),
    );
    fc.assert(
      fc.property(names, (given) => {
        const text = given
          .toSorted()
          .map((name) => `${JSON.stringify(name)}:0`)
          .join(",");
        expect(canonicalJson(Object.fromEntries(given.map((name) => [name, 0])))).toBe(`{${text}}`);
      }),
    );
  });

  it("can be parsed back to the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(withoutMinusZero(value));
      }),
    );
  });

  it("does not depend on the order of members", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reordered(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("is its own canonical form", () => {
    fc.assert(
      fc.property(json, (value) => {
        const once = canonicalJson(value);
        expect(canonicalJson(JSON.parse(once))).toBe(once);
      }),
    );
  });
});
