import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { conversationCompatibility, outputCompatibility, toolCompatibility } from "./compatibility.ts";
import type { Prompt, ReleaseContent, Tool } from "./release.ts";

const tool = (parameters: JsonObject, overrides: Partial<Tool> = {}): Tool => ({
  name: "lookup_order",
  description: "Looks an order up.",
  parameters: { type: "object", ...parameters },
  strict: null,
  ...overrides,
});

const ORDER: JsonObject = { order: { type: "string" } };

const BASE = tool({ properties: ORDER, required: ["order"], additionalProperties: false });

const changes = (before: Tool, after: Tool): readonly string[] =>
  toolCompatibility([before], [after]).tools.flatMap((one) =>
    one.changes.map(({ path, isBreaking, what }) => `${isBreaking ? "breaking" : "compatible"} ${path}: ${what}`),
  );

describe("tools of two releases", () => {
  test("that are the same, in whatever order, are the same", () => {
    const other = tool({}, { name: "close_order" });
    expect(toolCompatibility([BASE, other], [other, BASE])).toMatchObject({ verdict: "same" });
  });

  test("are told field by field", () => {
    const wider = tool({
      properties: { order: { type: ["string", "null"], description: "number" }, since: { type: "string" } },
      required: [],
      additionalProperties: false,
    });
    expect(changes(BASE, wider)).toEqual([
      'compatible order: type: "string" → ["string","null"]',
      "compatible order: description changed",
      "compatible order: is no longer required",
      "compatible since: is new",
    ]);
    expect(changes(wider, BASE)).toEqual([
      'breaking order: type: ["string","null"] → "string"',
      "compatible order: description changed",
      "breaking order: is required now",
      "breaking since: is no longer declared",
    ]);
  });

  test("that lose one cannot bear its calls; a new one harms nobody", () => {
    expect(toolCompatibility([BASE], [])).toMatchObject({ verdict: "breaking", tools: [{ status: "removed" }] });
    expect(toolCompatibility([], [BASE])).toMatchObject({ verdict: "compatible", tools: [{ status: "added" }] });
  });

  test.each<[string, Json, Json, boolean]>([
    ["a value more", { enum: ["a"] }, { enum: ["a", "b"] }, true],
    ["a value less", { enum: ["a", "b"] }, { enum: ["a"] }, false],
    ["any value of the type", { enum: ["a"] }, { type: "string" }, true],
    ["whole numbers as numbers", { type: "integer" }, { type: "number" }, true],
    ["numbers as whole ones", { type: "number" }, { type: "integer" }, false],
    ["a lower minimum", { type: "number", minimum: 2 }, { type: "number", minimum: 1 }, true],
    ["a higher minimum", { type: "number", minimum: 1 }, { type: "number", minimum: 2 }, false],
    ["no pattern", { type: "string", pattern: "^a" }, { type: "string" }, true],
    ["another pattern", { type: "string", pattern: "^a" }, { type: "string", pattern: "^b" }, false],
    ["null beside a bounded text", { type: "null" }, { type: ["string", "null"], minLength: 1 }, true],
    ["a wider list", { items: { type: "integer" } }, { items: { type: "number" } }, true],
    ["one of several", { type: "string" }, { anyOf: [{ type: "null" }, { type: "string" }] }, true],
    ["fewer of several", { anyOf: [{ type: "null" }, { type: "string" }] }, { anyOf: [{ type: "null" }] }, false],
    [
      "a rest that meant the tail",
      { prefixItems: [{}], items: { type: "string" } },
      { items: { type: "string" } },
      false,
    ],
    ["nothing any more", { type: "string" }, false, false],
    ["everything", false, true, true],
    ["multiples", { multipleOf: 4 }, { multipleOf: 2 }, true],
    ["inherited names as fields", { properties: {} }, { properties: { constructor: { type: "string" } } }, true],
  ])("an argument that becomes %s", (...[, before, after, isFine]) => {
    const [old, fresh] = [tool({ properties: { a: before } }), tool({ properties: { a: after } })];
    expect(toolCompatibility([old], [fresh]).verdict).toBe(isFine ? "compatible" : "breaking");
  });

  test("a reference counts by what it stands for", () => {
    const referring = (type: string): Tool =>
      tool({ properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { type } } });
    expect(changes(referring("string"), referring("number"))).toEqual([
      'breaking a: what "#/$defs/a" stands for changed',
    ]);
  });

  test("a schema of alternatives within alternatives ends in bounded time", () => {
    const nested = (depth: number, leaf: Json): Json =>
      depth === 0 ? leaf : { anyOf: [nested(depth - 1, leaf), { type: "null" }, nested(depth - 1, leaf)] };
    const [old, fresh] = [nested(9, { type: "string" }), nested(9, { type: "number" })];
    expect(toolCompatibility([tool({ properties: { a: old } })], [tool({ properties: { a: fresh } })]).verdict).toBe(
      "breaking",
    );
  });
});

const format = (schema: JsonObject, strict = true): Record<string, Json> => ({
  response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict } },
});

const ANSWER: JsonObject = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };

describe("answers of two releases", () => {
  test("may gain fields and lose none", () => {
    const more = { ...ANSWER, properties: { text: { type: "string" }, mood: { enum: ["good", "bad"] } } };
    expect(outputCompatibility(format(ANSWER), format(more)).verdict).toBe("compatible");
    expect(outputCompatibility(format(more), format(ANSWER)).verdict).toBe("breaking");
    expect(outputCompatibility(format(ANSWER), format({ ...ANSWER, required: [] })).verdict).toBe("breaking");
    const wider = { ...ANSWER, properties: { text: { type: ["string", "null"] } } };
    expect(outputCompatibility(format(ANSWER), format(wider)).verdict).toBe("breaking");
    expect(outputCompatibility(format(wider), format(ANSWER)).verdict).toBe("compatible");
  });

  test("keep their form: text is no JSON, and any JSON object may become one by a schema", () => {
    expect(outputCompatibility({}, { response_format: { type: "text" } }).verdict).toBe("same");
    expect(outputCompatibility({}, format(ANSWER)).verdict).toBe("breaking");
    expect(outputCompatibility({ response_format: { type: "json_object" } }, format(ANSWER)).verdict).toBe(
      "compatible",
    );
    expect(outputCompatibility(format(ANSWER), format(ANSWER, false)).verdict).toBe("breaking");
  });
});

const prompt = (variables: Prompt["variables"]): Prompt => ({ name: "p", messages: [], variables });
const content = (overrides: Partial<ReleaseContent>): ReleaseContent => ({
  format: "rollward.release/1",
  endpoint: "bot",
  prompt: null,
  models: [],
  parameters: {},
  tools: [],
  policies: {
    record: "facts",
    retainBodiesDays: 1,
    timeouts: { connectMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 },
  },
  ...overrides,
});

test("a conversation can be moved unless a tool, the form of answers or a variable stands in the way", () => {
  const required = { customer: { required: true, default: null, description: "" } };
  const [before, after] = [
    content({ tools: [BASE] }),
    content({ prompt: prompt(required), parameters: format(ANSWER) }),
  ];
  expect(conversationCompatibility(before, { ...before, models: [{ provider: "p", model: "m" }] })).toMatchObject({
    verdict: "same",
    reasons: [],
  });
  expect(conversationCompatibility(before, after)).toMatchObject({
    verdict: "breaking",
    reasons: [
      "tool lookup_order: is no longer a tool",
      "output: answers: text → JSON by a schema",
      "variable customer: is a required variable now",
    ],
  });
});
