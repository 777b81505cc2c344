import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RunningDigest } from "./running-digest.ts";

const digestOf = (pieces: readonly string[]): string => {
  const digest = new RunningDigest();
  for (const piece of pieces) digest.add(piece);
  return digest.value();
};

test("the same pieces have the same digest, and looking at it changes nothing", () => {
  const digest = new RunningDigest();
  digest.add("a");
  expect(digest.value()).toBe(digestOf(["a"]));
  digest.add(Buffer.from("b"));
  expect(digest.value()).toBe(digestOf(["a", "b"]));
});

test("other pieces have another digest, also where they are the same text when joined", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(digestOf(one)).not.toBe(digestOf(other));
    }),
  );
  expect(digestOf(["ab"])).not.toBe(digestOf(["a", "b"]));
});
