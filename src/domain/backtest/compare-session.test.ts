import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareStructure, jsonIn } from "./compare-json.ts";
import { compareSession, hasNewStructure } from "./compare-session.ts";
import type { ComparedCall } from "./compare-session.ts";
import { textSimilarity } from "./text-similarity.ts";
import { compareTools, toolKey, ToolRecord } from "./tool-calls.ts";
import { turnsOf } from "./turns.ts";

const CALL: ComparedCall = {
  id: "call_1",
  failure: null,
  findings: [],
  latencyMs: 100,
  firstTokenMs: 10,
  outputTokens: 5,
  costPico: 7n,
  answer: { text: "Hello", toolCalls: [] },
};

describe("the similarity of texts", () => {
  test("is 1 for the same, 0 for nothing shared, and the same both ways round", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(textSimilarity(one, one)).toBe(1);
        const alike = textSimilarity(one, other);
        expect(alike).toBeGreaterThanOrEqual(0);
        expect(alike).toBeLessThanOrEqual(1);
        expect(textSimilarity(other, one)).toBe(alike);
      }),
    );
    expect(textSimilarity("abc", "xyz")).toBe(0);
    expect(textSimilarity("", "something")).toBe(0);
  });

  test("leaves white space and case aside, and grows with shared wording", () => {
    expect(textSimilarity("Send it  BACK\nwithin 30 days", "send it back within 30 days")).toBe(1);
    const near = textSimilarity("You can return it within 30 days.", "You may return it within 30 days.");
    const far = textSimilarity("You can return it within 30 days.", "Please call us tomorrow.");
    expect(near).toBeGreaterThan(0.8);
    expect(far).toBeLessThan(0.3);
  });
});

describe("the structure of JSON answers", () => {
  test("tells added, missing and retyped fields by their paths, and nothing of values", () => {
    const was = {
      id: 1,
      items: [
        { name: "a", price: 2 },
        { name: "b", price: 3 },
      ],
      note: null,
    };
    const is = { id: "1", items: [{ name: "c", price: 9, stock: 1 }], more: true };
    expect(compareStructure(was, is)).toEqual({
      added: ["/items/#/stock", "/more"],
      missing: ["/note"],
      retyped: ["/id: number → string"],
    });
    expect(compareStructure({ a: 1 }, { a: 2 })).toEqual({ added: [], missing: [], retyped: [] });
  });

  test("a long name is cut before thousands of paths repeat it", () => {
    const members = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`m${index}`, index]));
    const { added } = compareStructure({}, { ["n".repeat(300)]: members, ["o".repeat(300)]: 1 });
    expect(added.slice(0, 2)).toEqual([`/${"n".repeat(198)}…`, `/${"n".repeat(198)}…`]);
    const [long, other] = [`${"x".repeat(200)}1`, `${"x".repeat(200)}2`];
    expect(compareStructure({ [long]: 1 }, { [other]: 1 })).toEqual({ added: [], missing: [], retyped: [] });
  });

  test("any value is like itself, however deep or wide", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(compareStructure(value as never, value as never)).toEqual({ added: [], missing: [], retyped: [] });
      }),
    );
  });

  test("an answer is JSON with a fence round it as well, and plain text is none", () => {
    expect(jsonIn('```json\n{"a":1}\n```')).toEqual({ a: 1 });
    expect(jsonIn(" [1]")).toEqual([1]);
    for (const text of ["42", '"text"', "{broken", "Hello {}", "``````", "```"]) expect(jsonIn(text)).toBeUndefined();
  });
});

describe("tool calls", () => {
  const call = (name: string, given = "{}") => ({ name, arguments: given });

  test("arguments that mean the same are the same, whatever their spelling", () => {
    expect(toolKey(call("t", '{"a":1,"b":[2]}'))).toBe(toolKey(call("t", '{ "b" : [2.0], "a":1e0 }')));
    expect(toolKey(call("t", ""))).toBe(toolKey(call("t", "{}")));
    expect(toolKey(call("t", "{broken"))).not.toBe(toolKey(call("t", "{}")));
    expect(toolKey(call("t", '{"a":1}'))).not.toBe(toolKey(call("u", '{"a":1}')));
  });

  test.each([
    [[call("a"), call("b")], [call("a"), call("b")], "same"],
    [[call("a"), call("b")], [call("b"), call("a")], "order"],
    [[call("a", '{"x":1}')], [call("a", '{"x":2}')], "arguments"],
    [[call("a")], [call("b")], "tools"],
    [[call("a")], [], "tools"],
    [[call("a")], [call("a"), call("a")], "tools"],
    [[], [], "same"],
  ] as const)("%j and %j differ by: %s", (before, after, change) => {
    expect(compareTools(before, after)).toBe(change);
  });

  test("a recorded tool gives its results in their order, and the last one from then on", () => {
    const result = (content: string) => ({ ...call("t", '{"a":1}'), content, isError: false });
    const record = new ToolRecord([result("first"), result("second")]);
    const given = () => record.take(call("t", '{ "a": 1 }'))?.content;
    expect([given(), given(), given()]).toEqual(["first", "second", "second"]);
    expect(record.take(call("t"))).toBeNull();
  });
});

test("a turn begins with what a user says and has every call that brings results of its tools", () => {
  const calls = [
    { id: "1", bringsResults: false },
    { id: "2", bringsResults: true },
    { id: "3", bringsResults: false },
  ];
  expect(turnsOf(calls).map(({ first, calls: own }) => [first.id, own.map(({ id }) => id)])).toEqual([
    ["1", ["1", "2"]],
    ["3", ["3"]],
  ]);
  expect(turnsOf([{ id: "1", bringsResults: true }])).toHaveLength(1);
  expect(turnsOf([])).toEqual([]);
});

describe("a compared session", () => {
  test("fails when any of its calls does, and adds up what its calls took", () => {
    const { baseline, candidate } = compareSession([
      {
        baseline: [CALL, CALL],
        candidate: [CALL, { ...CALL, failure: "bad_answer", answer: null }],
        isDiverged: false,
      },
      { baseline: [CALL], candidate: [CALL], isDiverged: false },
    ]);
    expect(baseline).toMatchObject({
      failed: false,
      latencyMs: 300,
      firstTokenMs: 10,
      outputTokens: 15,
      costPico: 21n,
    });
    expect(candidate).toMatchObject({ failed: true, latencyMs: null });
  });

  test("counts findings for what they are: refusals, invalid output, and failures where a check says so", () => {
    const found = (check: "refusal" | "schema", action: "record" | "fail") => ({
      ...CALL,
      findings: [{ check, action }],
    });
    const side = (call: ComparedCall) =>
      compareSession([{ baseline: [CALL], candidate: [call], isDiverged: false }]).candidate;
    expect(side(found("refusal", "record"))).toMatchObject({ failed: false, refused: true, invalid: false });
    expect(side(found("schema", "fail"))).toMatchObject({ failed: true, refused: false, invalid: true });
  });

  test("is compared only as far as a turn was replayed that ended early", () => {
    const { baseline, candidate, turns } = compareSession([
      { baseline: [CALL, { ...CALL, failure: "bad_answer" }, CALL], candidate: [CALL], isDiverged: true },
    ]);
    expect(baseline).toMatchObject({ failed: false, costPico: 7n });
    expect(candidate.costPico).toBe(7n);
    expect(turns).toMatchObject([{ isDiverged: true, isExact: null, similarity: null, structure: null }]);
  });

  test("tells JSON that is none any more from JSON with other fields", () => {
    const said = (text: string) => ({ ...CALL, answer: { text, toolCalls: [] } });
    const change = (was: string, is: string) =>
      compareSession([{ baseline: [said(was)], candidate: [said(is)], isDiverged: false }]).turns[0];
    const [none, other, same, text] = [
      change('{"a":1}', "sorry"),
      change('{"a":1}', '{"b":1}'),
      change('{"a":1}', '{"a":2}'),
      change("hi", '{"a":1}'),
    ];
    expect(none?.structure).toBe("not_json");
    expect([none, other, same, text].map((turn) => turn && hasNewStructure(turn))).toEqual([true, true, false, null]);
  });
});
