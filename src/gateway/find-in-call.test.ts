import { expect, test } from "vitest";
import { DEFAULT_ACTIONS } from "../domain/answer/checks-policy.ts";
import type { AnswerFacts } from "../ports/dialect.ts";
import { plainFindings } from "./find-in-call.ts";

const FACTS: AnswerFacts = { begun: true, finishReason: "stop", usage: null, model: null, fault: null, characters: 9 };

test.each([
  ["words", FACTS, []],
  ["words after thoughts", { ...FACTS, onlyThoughts: false }, []],
  ["thoughts alone", { ...FACTS, onlyThoughts: true }, ["empty"]],
  ["thoughts up to the limit", { ...FACTS, onlyThoughts: true, finishReason: "length" }, ["empty", "truncated"]],
  ["nothing", { ...FACTS, begun: false }, ["empty"]],
])("an answer of %s has findings that fit", (...[, facts, checks]) => {
  expect(plainFindings(facts, DEFAULT_ACTIONS).map(({ check }) => check)).toEqual(checks);
});
