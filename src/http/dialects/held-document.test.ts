import { expect, test } from "vitest";
import { parseAnswer } from "./held-document.ts";

test("the same bytes are read once, and others by themselves", () => {
  const one = Buffer.from('{"a":1}');
  const other = Buffer.from('{"a":2}');
  const first = parseAnswer(one);
  expect(first).toEqual({ a: 1 });
  expect(parseAnswer(one)).toBe(first);
  expect(parseAnswer(other)).toEqual({ a: 2 });
  expect(parseAnswer(Buffer.from('{"a":2}'))).toEqual({ a: 2 });
  expect(parseAnswer(one)).toEqual({ a: 1 });
});

test("what is no JSON throws every time, and is not taken for what was read before it", () => {
  const broken = Buffer.from('{"a":');
  expect(() => parseAnswer(broken)).toThrow(SyntaxError);
  expect(() => parseAnswer(broken)).toThrow(SyntaxError);
});

test("a large answer is not kept", () => {
  const large = Buffer.from(JSON.stringify({ a: "x".repeat(300_000) }));
  expect(parseAnswer(large)).not.toBe(parseAnswer(large));
});
