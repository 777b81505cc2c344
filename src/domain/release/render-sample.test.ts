import { expect, test } from "vitest";
import type { Prompt } from "./release.ts";
import { renderSample, sampleVariables } from "./render-sample.ts";

const prompt = (template: string, variables: Prompt["variables"]): Prompt => ({
  name: "p",
  messages: [{ role: "system", template }],
  variables,
});
const required = { required: true, default: null, description: "" };

test("a sample has every default, and names what has none", () => {
  const [one, other] = [
    prompt("{{a}}", { a: required }),
    prompt("{{b}}", { b: { required: false, default: "kind", description: "" } }),
  ];
  expect(sampleVariables([one, other, null])).toEqual({ a: "‹a›", b: "kind" });
});

test("two prompts are rendered with the same values and compared", () => {
  const sample = renderSample(
    prompt("Hello {{a}}.\nBye.", { a: required }),
    prompt("Hello {{a}}.\nSee you.", { a: required }),
    { a: "Ada" },
  );
  expect(sample.lines).toEqual([
    { kind: "same", text: "[system]" },
    { kind: "same", text: "Hello Ada." },
    { kind: "removed", text: "Bye." },
    { kind: "added", text: "See you." },
  ]);
});

test("a prompt that cannot be rendered says what it lacks; one that is not there is empty", () => {
  const sample = renderSample(null, prompt("{{a}}", { a: required }), {});
  expect(sample.missing).toEqual({ before: null, after: "a" });
});
