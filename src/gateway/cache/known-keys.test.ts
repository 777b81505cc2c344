import { expect, test } from "vitest";
import type { Release } from "../../domain/release/release.ts";
import { KnownKeys } from "./known-keys.ts";
import type { KeyedRequest } from "./known-keys.ts";

const release = (id: string): Release => ({ id }) as unknown as Release;
const asked = (text: string): KeyedRequest =>
  ({ bytes: Buffer.from(text), key: `key of ${text}` }) as unknown as KeyedRequest;

test("a question of a release is found by its text, and by no other release", () => {
  const keys = new KnownKeys();
  const one = release("one");
  keys.note(one, asked("a"));
  expect(keys.find(one, "a")?.key).toBe("key of a");
  expect(keys.find(one, "b")).toBeUndefined();
  expect(keys.find(release("one"), "a")).toBeUndefined();
});

test("the oldest make room, and long ones are not kept", () => {
  const keys = new KnownKeys();
  const one = release("one");
  for (let question = 0; question <= 200; question += 1) keys.note(one, asked(String(question)));
  expect(keys.find(one, "0")).toBeUndefined();
  expect(keys.find(one, "1")?.key).toBe("key of 1");
  expect(keys.find(one, "200")?.key).toBe("key of 200");
  keys.note(one, asked("x".repeat(5_000)));
  expect(keys.find(one, "x".repeat(5_000))).toBeUndefined();
});
