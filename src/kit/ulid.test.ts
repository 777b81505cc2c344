import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ulid, ulidHex, ulidTime } from "./ulid.ts";

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const ZEROS = new Uint8Array(10);
const ONES = new Uint8Array(10).fill(255);

/** The same number by long division, digit by digit. */
function base32(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 32n)
    text = "0123456789abcdefghjkmnpqrstvwxyz".charAt(Number(rest % 32n)) + text;
  return text;
}

describe("ulid", () => {
  it.each<[number, Uint8Array, string]>([
    [0, ZEROS, "00000000000000000000000000"],
    [2 ** 48 - 1, ONES, "7zzzzzzzzzzzzzzzzzzzzzzzzz"],
    [1_469_918_176_385, ZEROS, "01aryz6s410000000000000000"],
    [1_469_918_176_385.9, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 33), "01aryz6s410000000000000011"],
  ])("writes the time %d", (atMs, bytes, text) => {
    expect(ulid(atMs, bytes)).toBe(text);
  });

  it("is the number of its 128 bits in base 32", () => {
    fc.assert(
      fc.property(time, random, (atMs, bytes) => {
        const bits = (BigInt(atMs) << 80n) | BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
        expect(ulid(atMs, bytes)).toBe(base32(bits, 26));
      }),
    );
  });

  it("sorts by time", () => {
    fc.assert(
      fc.property(fc.tuple(time, random), fc.tuple(time, random), ([one, left], [other, right]) => {
        fc.pre(one < other);
        expect(ulid(one, left) < ulid(other, right)).toBe(true);
      }),
    );
  });

  it.each([-1, 2 ** 48, Number.NaN, Number.POSITIVE_INFINITY])("refuses the time %d", (atMs) => {
    expect(() => ulid(atMs, ZEROS)).toThrow(RangeError);
  });

  it.each([0, 9, 11])("refuses %d random bytes", (length) => {
    expect(() => ulid(0, new Uint8Array(length))).toThrow(RangeError);
  });
});

describe("ulidTime", () => {
  it("gives back the time, from an id with a prefix too", () => {
    fc.assert(
      fc.property(time, random, (atMs, bytes) => {
        expect(ulidTime(ulid(atMs, bytes))).toBe(atMs);
        expect(ulidTime(`call_${ulid(atMs, bytes)}`)).toBe(atMs);
      }),
    );
  });

  it.each([
    "",
    "call_",
    "01aryz6s41000000000000000",
    "01aryz6s4100000000000000000",
    "x01aryz6s410000000000000000",
    "01ARYMXXM10000000000000000",
    "01aryz6s41000000000000000u",
    "u1arymxxm10000000000000000",
    "80000000000000000000000000",
  ])("finds none in %j", (id) => {
    expect(ulidTime(id)).toBeNull();
  });
});

it("gives its 128 bits in hex, from an id with a prefix too", () => {
  fc.assert(
    fc.property(time, random, (atMs, bytes) => {
      const hex = atMs.toString(16).padStart(12, "0") + Buffer.from(bytes).toString("hex");
      expect(ulidHex(ulid(atMs, bytes))).toBe(hex);
      expect(ulidHex(`call_${ulid(atMs, bytes)}`)).toBe(hex);
    }),
  );
});
