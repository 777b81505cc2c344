import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readKeptResult, resultDigest, writeKeptResult } from "./kept-result.ts";
import { readClaimNote, writeClaimNote } from "./claim-note.ts";
import { resultBar } from "./result-bar.ts";
import { resultKey } from "./result-key.ts";
import type { ResultQuestion } from "./result-key.ts";
import { readClaim, writeClaim } from "./result-place.ts";

const KEY = "a".repeat(64);

describe("a kept result", () => {
  test("is read as it was written, byte for byte", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const kept = { key: KEY, at, digest: "d", result: JSON.stringify(value) };
        expect(readKeptResult(writeKeptResult(kept), KEY)).toEqual(kept);
      }),
    );
  });

  test.each([
    ["nothing", ""],
    ["a text", "poison"],
    ["another form", `{"format":"rollward.result/2","key":"${KEY}","at":1,"digest":"d"}\n1`],
    ["another key", `{"format":"rollward.result/1","key":"${"b".repeat(64)}","at":1,"digest":"d"}\n1`],
    ["a time that is none", `{"format":"rollward.result/1","key":"${KEY}","at":-1,"digest":"d"}\n1`],
    [
      "a result that would break the answer",
      `{"format":"rollward.result/1","key":"${KEY}","at":1,"digest":"d"}\n1},{"x":2`,
    ],
    ["half of a result", `{"format":"rollward.result/1","key":"${KEY}","at":1,"digest":"d"}\n{"a":`],
    ["a long first line", `${" ".repeat(1_000)}\n1`],
  ])("%s is none", (_, text) => {
    expect(readKeptResult(text, KEY)).toBeNull();
  });

  test("anything at all is read or refused, and never an error", () => {
    fc.assert(fc.property(fc.string(), (text) => void readKeptResult(text, KEY)));
    fc.assert(fc.property(fc.string(), (text) => void readClaimNote(text)));
    fc.assert(fc.property(fc.string(), (text) => void readClaim(text)));
  });

  test("two are the same whatever their white space and order, and not when a digit differs beyond every double", () => {
    expect(resultDigest('{"a":1,"b":[2]}')).toBe(resultDigest(' { "b": [2], "a": 1.0 }'));
    expect(resultDigest('{"id":12345678901234567890}')).not.toBe(resultDigest('{"id":12345678901234567891}'));
    expect(resultDigest("[1,2]")).not.toBe(resultDigest("[2,1]"));
  });
});

describe("the key of a result", () => {
  const question: ResultQuestion = {
    scope: "key key_1",
    environment: "production",
    endpoint: "support-bot",
    source: { kind: "tool", name: "lookup_order" },
    version: "v1",
    asked: { id: 7, deep: { a: 1, b: 2 } },
    numbers: [],
  };

  test("is the same for arguments in another order", () => {
    expect(resultKey({ ...question, asked: { deep: { b: 2, a: 1 }, id: 7 } })).toBe(resultKey(question));
  });

  test.each([
    { scope: "key key_2" },
    { scope: "tenant key_1" },
    { environment: "staging" },
    { endpoint: "sales-bot" },
    { source: { kind: "retrieval", name: "lookup_order" } },
    { source: { kind: "tool", name: "lookup_orders" } },
    { version: "v2" },
    { asked: { id: 7, deep: { a: 1, b: 2 }, more: null } },
    { numbers: ["7.0000000000000001"] },
  ] as const)("is another one for %o", (other) => {
    expect(resultKey({ ...question, ...other })).not.toBe(resultKey(question));
  });

  test("is none for what has no canonical form", () => {
    expect(resultKey({ ...question, asked: "\ud800" })).toBeNull();
  });
});

describe("a claim", () => {
  const claim = {
    token: "0123456789abcdef".repeat(2),
    key: KEY,
    folder: { endpoint: "support.bot-2", source: { kind: "tool", name: "lookup_Order-7" } },
  } as const;

  test("is read as it was written, and its note too", () => {
    expect(readClaim(writeClaim(claim))).toEqual(claim);
    const note = { keyId: "key_1", exclusive: true, audited: null, forgotten: null, purity: "p" };
    expect(readClaimNote(writeClaimNote(note))).toEqual(note);
  });

  test.each([
    "",
    "clm_",
    "clm_x.y.z",
    writeClaim(claim).slice(1),
    `${writeClaim(claim)}*`,
    writeClaim(claim).replace("~", ":"),
  ])("%j is none", (text) => {
    expect(readClaim(text)).toBeNull();
  });
});

describe("what a result says of itself", () => {
  test.each([
    [{ isError: true, content: [] }, "error"],
    [{ is_error: true, content: "x" }, "error"],
    [{ resultType: "input_required" }, "unfinished"],
    [{ isError: false, content: [{ type: "text", text: "fine" }] }, null],
    [{ error: "a member of the application's own" }, null],
    ["isError", null],
    [[{ isError: true }], null],
    [null, null],
  ])("%j is %s", (result, bar) => {
    expect(resultBar(result)).toBe(bar);
  });
});
