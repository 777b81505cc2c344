import fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions, parseVersion } from "./version.ts";

function compare(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === null || right === null) throw new Error(`${a} or ${b} is no version.`);
  return Math.sign(compareVersions(left, right));
}

test("versions stand in the order that semver.org 2.0.0 gives as its examples", () => {
  const order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"];
  const all = [...order, "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "10.0.0"];
  for (const [index, version] of all.entries()) {
    for (const [other, against] of all.entries()) expect(compare(version, against)).toBe(Math.sign(index - other));
  }
});

test("missing parts are 0, and a `v`, leading zeros and build metadata say nothing", () => {
  expect(compare("14.2", "v14.2.0+linux")).toBe(0);
  expect(compare("2026.01", "2026.1.0")).toBe(0);
  expect(compare("1.0.0-007", "1.0.0-7")).toBe(0);
  expect(compare("3", "2.99")).toBe(1);
});

test("what is no version is none", () => {
  for (const text of ["", "x", "1.", "1.2.3.4", "1.0.0-", "1.0.0-a..b", "-1", "1 ", "1".repeat(201), "1.0.0-ä"]) {
    expect(parseVersion(text)).toBeNull();
  }
});

test("versions are in one order", () => {
  const part = fc.nat({ max: 30 });
  const word = fc.oneof(fc.nat().map(String), fc.stringMatching(/^[0-9A-Za-z-]{1,8}$/));
  const version = fc
    .tuple(part, part, part, fc.array(word, { maxLength: 3 }))
    .map(([a, b, c, before]) => `${a}.${b}.${c}${before.length === 0 ? "" : `-${before.join(".")}`}`);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(compare(a, b)).toBe(0 - compare(b, a));
      if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});
