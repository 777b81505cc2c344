import fc from "fast-check";
import { expect, it } from "vitest";
import { spliceJson } from "./json-splice.ts";
import type { Splice } from "./json-splice.ts";

const edit = (start: number, end: number, text: string): Splice => ({ start, end, bytes: Buffer.from(text) });
const spliced = (text: string, ...edits: Splice[]): string => spliceJson(Buffer.from(text), edits).toString();

it("replaces, inserts and deletes in one go, in whatever order the edits come", () => {
  const text = '{"model":"support-bot","n":1}';
  const edits = [edit(21, 27, ""), edit(9, 22, '"gpt-4o"'), edit(1, 1, '"user":"u",')];
  expect(() => spliced(text, ...edits)).toThrow(RangeError);
  expect(spliced(text, edit(22, 28, ""), edit(9, 22, '"gpt-4o"'), edit(1, 1, '"user":"u",'))).toBe(
    '{"user":"u","model":"gpt-4o"}',
  );
});

it("keeps the order of inserts at one place and puts them before a replacement there", () => {
  expect(spliced("abc", edit(1, 2, "X"), edit(1, 1, "1"), edit(1, 1, "2"), edit(2, 2, "3"))).toBe("a12X3c");
});

it("copies the document when there is nothing to do", () => {
  const bytes = Buffer.from("{}");
  const copy = spliceJson(bytes, []);
  expect(copy).toEqual(bytes);
  copy[0] = 0;
  expect(bytes.toString()).toBe("{}");
});

it.each([
  [edit(0, 2, ""), edit(1, 3, "")],
  [edit(0, 3, ""), edit(1, 1, "x")],
  [edit(1, 2, "x"), edit(1, 2, "y")],
  [edit(2, 1, "")],
  [edit(-1, 0, "")],
  [edit(0, 4, "")],
  [edit(Number.NaN, 1, "")],
])("refuses edits that overlap or leave the document (%#)", (...edits) => {
  expect(() => spliceJson(Buffer.from("abc"), edits)).toThrow(RangeError);
});

it("does the same as cutting and joining strings", () => {
  const text = fc.string({ unit: "grapheme" });
  const part = fc.record({ kept: fc.string({ minLength: 1 }), cut: text, put: text, rank: fc.nat() });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), text, (parts, rest) => {
      const before = parts.map(({ kept, cut }) => kept + cut).join("") + rest;
      const after = parts.map(({ kept, put }) => kept + put).join("") + rest;
      let at = 0;
      const edits = parts.map(({ kept, cut, put, rank }) => {
        const start = at + Buffer.byteLength(kept);
        at = start + Buffer.byteLength(cut);
        return { ...edit(start, at, put), rank };
      });
      expect(spliced(before, ...edits.toSorted((a, b) => a.rank - b.rank))).toBe(after);
    }),
  );
});
