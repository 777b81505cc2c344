import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import type { AnswerSummary } from "./answer.ts";
import { NO_TERMS } from "./answer-terms.ts";
import type { AnswerTerms } from "./answer-terms.ts";
import { CHECKS } from "./checks/index.ts";
import { DEFAULT_ACTIONS, holdsAnswers, isFailing, jointActions } from "./checks-policy.ts";
import type { CheckAction, CheckName, ChecksPolicy } from "./checks-policy.ts";
import { findInAnswer } from "./find-in-answer.ts";
import { MAX_FINDINGS } from "./finding.ts";
import { SchemaCache } from "./schema/schema-cache.ts";

const GOOD: AnswerSummary = {
  text: "Hello",
  refusal: null,
  toolCalls: [],
  finishReason: "stop",
  logprobs: null,
  usage: null,
};

const NAMES = Object.keys(CHECKS) as CheckName[];

/** The same action for every check. */
const all = (action: CheckAction): ChecksPolicy["actions"] =>
  Object.fromEntries(NAMES.map((name) => [name, action])) as ChecksPolicy["actions"];

const schemas = new SchemaCache();

const kinds = (answer: Partial<AnswerSummary>, terms: Partial<AnswerTerms> = {}): readonly string[] =>
  findInAnswer({ ...GOOD, ...answer }, { ...NO_TERMS, ...terms, schemas }, all("record")).map(({ check }) => check);

const CITY: JsonObject = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ name: "weather", parameters: CITY }];
const calling = (name: string, given: string): Partial<AnswerSummary> => ({
  text: "",
  toolCalls: [{ id: "t1", name, arguments: given }],
  finishReason: "tool_calls",
});

describe("the checks", () => {
  type Sample = readonly [Partial<AnswerSummary>, Partial<AnswerTerms>, readonly string[]];
  test.each<[string, Sample]>([
    ["a plain answer", [{}, {}, []]],
    ["a refusal that is marked", [{ text: "", refusal: "No." }, {}, ["refusal"]]],
    ["an answer that a filter ended", [{ finishReason: "content_filter" }, {}, ["refusal"]]],
    ["words of a refusal", [{ text: "I’m sorry, but I can’t help with that." }, {}, ["refusal-text"]]],
    ["such words far behind", [{ text: `${"So it was. ".repeat(30)}I can't help with that.` }, {}, []]],
    ["blanks", [{ text: " \n" }, {}, ["empty"]]],
    ["an answer at its limit", [{ finishReason: "length" }, {}, ["truncated"]]],
    ["text in place of JSON", [{ text: "```json\n{}\n```" }, { format: "json" }, ["invalid-json"]]],
    ["a list in place of an object", [{ text: "[]" }, { format: "json" }, ["invalid-json"]]],
    ["an object", [{ text: "{}" }, { format: "json" }, []]],
    ["a document that does not fit", [{ text: "{}" }, { format: "json-schema", schema: CITY }, ["schema"]]],
    ["a document that fits", [{ text: '{"city":"Ulm"}' }, { format: "json-schema", schema: CITY }, []]],
    ["a call where JSON was asked for", [calling("weather", '{"city":"Ulm"}'), { tools, format: "json" }, []]],
    ["a tool nobody offered", [calling("wheather", "{}"), { tools }, ["unknown-tool"]]],
    [
      "a tool beside others of a kind that cannot be judged",
      [calling("", "free text"), { tools, hasOtherTools: true }, []],
    ],
    ["arguments that are no JSON", [calling("weather", "{"), { tools }, ["invalid-arguments"]]],
    ["arguments that do not fit", [calling("weather", '{"town":"Ulm"}'), { tools }, ["invalid-arguments"]]],
    ["arguments that fit", [calling("weather", '{"city":"Ulm"}'), { tools }, []]],
    ["a tool without a schema", [calling("free", "{}"), { tools: [{ name: "free", parameters: null }] }, []]],
  ])("find in %s", (_, [answer, terms, found]) => {
    expect(kinds(answer, terms)).toEqual(found);
  });

  test("look for nothing that is off", () => {
    const bad = { ...GOOD, ...calling("no", "{"), finishReason: "length" as const };
    expect(findInAnswer(bad, { ...NO_TERMS, schemas }, all("off"))).toEqual([]);
  });

  test("say where in the arguments", () => {
    const [one] = findInAnswer(
      { ...GOOD, ...calling("weather", '{"city":7}') },
      { ...NO_TERMS, tools, schemas },
      all("fail"),
    );
    expect(one?.at).toBe("/tool_calls/0/arguments/city");
  });

  test("never fail, and say little, whatever an answer and its request are", () => {
    const answers: fc.Arbitrary<AnswerSummary> = fc.record({
      logprobs: fc.constant(null),
      usage: fc.constant(null),
      text: fc.oneof(fc.string(), fc.json()),
      refusal: fc.option(fc.string(), { nil: null }),
      toolCalls: fc.array(fc.record({ id: fc.string(), name: fc.string({ maxLength: 900 }), arguments: fc.json() })),
      finishReason: fc.constantFrom("stop", "length", "content_filter", null),
    });
    const json = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, Json>>;
    fc.assert(
      fc.property(answers, json, (answer, schema) => {
        const offered = answer.toolCalls.slice(1).map(({ name }) => ({ name, parameters: schema }));
        const terms = { format: "json-schema", schema, tools: offered, hasOtherTools: false, schemas } as const;
        const found = findInAnswer(answer, terms, all("record"));
        expect(found.length).toBeLessThanOrEqual(MAX_FINDINGS);
        for (const { detail, at } of found) {
          expect(detail.length).toBeLessThanOrEqual(300);
          expect((at ?? "").length).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});

describe("the checks of two releases", () => {
  const action = fc.constantFrom<CheckAction>("off", "record", "fail", "repair", "reject");
  const actions = fc.record(Object.fromEntries(NAMES.map((name) => [name, action]))) as fc.Arbitrary<
    ChecksPolicy["actions"]
  >;

  test("look for the same and count the same in either arm", () => {
    fc.assert(
      fc.property(actions, actions, (one, other) => {
        const [here, there] = [jointActions(one, other), jointActions(other, one)];
        for (const name of NAMES) {
          expect(here[name] === "off").toBe(there[name] === "off");
          expect(isFailing(here[name])).toBe(isFailing(there[name]));
        }
      }),
    );
  });

  test("do nothing more to answers than the release that gives them wants", () => {
    fc.assert(
      fc.property(actions, actions, (one, other) => {
        const joint = jointActions(one, other);
        expect(holdsAnswers({ actions: joint, unrepaired: "deliver" })).toBe(
          holdsAnswers({ actions: one, unrepaired: "deliver" }),
        );
      }),
    );
  });

  test("are what they were where both say the same", () => {
    expect(jointActions(DEFAULT_ACTIONS, DEFAULT_ACTIONS)).toEqual(DEFAULT_ACTIONS);
  });
});

test("schemas that were used last are remembered, and one that is too long is not looked at", () => {
  const cache = new SchemaCache();
  const first = cache.of(CITY);
  expect(cache.of({ ...CITY })).toBe(first);
  for (let index = 0; index < 40; index += 1) cache.of({ const: index });
  expect(cache.of(CITY)).not.toBe(first);
  expect(cache.of({ const: "x".repeat(300_000) })).toBeNull();
});
