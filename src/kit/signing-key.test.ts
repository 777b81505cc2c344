import fc from "fast-check";
import { expect, test } from "vitest";
import { isSignedBy, keyFingerprint, newSigningKey, publicKeyOf, signText } from "./signing-key.ts";

const KEY = newSigningKey();
const PUBLIC = publicKeyOf(KEY);

test("a signature fits its text and its key, and nothing else", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, other) => {
      const signature = signText(text, KEY);
      expect(isSignedBy(text, signature, PUBLIC)).toBe(true);
      expect(isSignedBy(other, signature, PUBLIC)).toBe(Buffer.from(other).equals(Buffer.from(text)));
    }),
  );
  expect(isSignedBy("a", signText("a", KEY), publicKeyOf(newSigningKey()))).toBe(false);
});

test("what is no key and no signature verifies nothing", () => {
  expect(isSignedBy("a", signText("a", KEY), "")).toBe(false);
  expect(isSignedBy("a", signText("a", KEY), "not base64 at all !")).toBe(false);
  expect(isSignedBy("a", "", PUBLIC)).toBe(false);
});

test("a public key has a short name that stays the same", () => {
  expect(keyFingerprint(PUBLIC)).toMatch(/^[0-9a-f]{32}$/);
  expect(keyFingerprint(publicKeyOf(KEY))).toBe(keyFingerprint(PUBLIC));
});
