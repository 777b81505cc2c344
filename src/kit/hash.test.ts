import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constantTimeEqualHex, hmacUnit, sha256Hex } from "./hash.ts";

const SEED = "5".repeat(64);

describe("sha256Hex", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ])("gives the value of FIPS 180-4 for %j", (text, digest) => {
    expect(sha256Hex(text)).toBe(digest);
    expect(sha256Hex(new TextEncoder().encode(text))).toBe(digest);
  });
});

describe("hmacUnit", () => {
  // Computed with Python's hmac module from the first seven bytes; the first three messages are those of RFC 4231.
  it.each([
    ["0b".repeat(20), "Hi There", 0.688298009766055],
    ["4a656665", "what do ya want for nothing?", 0.3588372037623928],
    ["aa".repeat(131), "Test Using Larger Than Block-Size Key - Hash Key First", 0.37848194528385437],
    ["ab".repeat(64), "y", 0.3509887489050767],
    ["ab".repeat(65), "y", 0.2548503398829085],
    ["00", "", 0.7112335921338685],
    [SEED, "support-bot\nuser-42", 0.8673035521076325],
    [SEED, "größe 日本 🎉", 0.02655817809437344],
    [SEED, "x".repeat(5_000), 0.5320984939235565],
  ])("gives the known number (%#)", (key, message, unit) => {
    expect(hmacUnit(key, message)).toBe(unit);
  });

  it("is the start of the code that node:crypto makes, for keys and messages of any length in any order", () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString("hex"));
    const message = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.nat(1_100).map((length) => "é".repeat(length)),
    );
    fc.assert(
      fc.property(key, fc.array(message), (keyHex, messages) => {
        for (const each of messages) {
          const code = createHmac("sha256", Buffer.from(keyHex, "hex")).update(each).digest();
          const bits = code.readBigUInt64BE() >> 11n;
          expect(hmacUnit(keyHex, each)).toBe(Number(bits) / 2 ** 53);
        }
      }),
    );
  });

  it("still knows the right number after more keys than it remembers", () => {
    for (let key = 1; key <= 600; key += 1) hmacUnit(key.toString(16).padStart(8, "0"), "a");
    expect(hmacUnit(SEED, "support-bot\nuser-42")).toBe(0.8673035521076325);
  });

  it.each(["", "5", "zz", "5f5", "5fgg", " 5f"])("refuses the key %j", (key) => {
    expect(() => hmacUnit(key, "a")).toThrow(TypeError);
  });
});

describe("constantTimeEqualHex", () => {
  it.each([
    ["5f00", "5f00", true],
    ["5F00", "5f00", true],
    ["5f00", "5f01", false],
    ["5f00", "5f", false],
    ["", "", false],
    ["zz", "zz", false],
    ["5fzz", "5f", false],
    ["5f0", "5f", false],
  ])("compares %j and %j: %s", (a, b, isEqual) => {
    expect(constantTimeEqualHex(a, b)).toBe(isEqual);
    expect(constantTimeEqualHex(b, a)).toBe(isEqual);
  });
});
