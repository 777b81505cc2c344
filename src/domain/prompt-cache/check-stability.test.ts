import { expect, test } from "vitest";
import type { Prompt } from "../release/release.ts";
import { checkStability, describeInstability } from "./check-stability.ts";

const RULES = "Answer in the language of the question. ".repeat(40);

const promptOf = (...templates: readonly string[]): Prompt => ({
  name: "help",
  messages: templates.map((template) => ({ role: "system", template })),
  variables: {},
});

test("a variable before what never varies is told with its byte", () => {
  const found = checkStability(promptOf(`Grüße, it is {{now}}. ${RULES}`));
  expect(found).toEqual({ byte: 15, variable: "now", fixedAfter: 2 + RULES.length });
  if (found !== null)
    expect(describeInstability("bot", found)).toBe(
      "bot: not cache-stable: byte 15 of the prompt varies ({{now}}), so providers cannot keep the 1602 bytes after it that never do. Put what varies at the end of the prompt.",
    );
});

test("a section varies like a variable, and a message before another is before it", () => {
  expect(checkStability(promptOf("{{#vip}}Be quick.{{/vip}}", RULES))).toMatchObject({ byte: 0, variable: "vip" });
});

test("what varies at the end keeps nothing from being kept, and little is not worth a word", () => {
  expect(checkStability(promptOf(`${RULES}It is {{now}}.`))).toBeNull();
  expect(checkStability(promptOf("Hello {{name}}, how are you?"))).toBeNull();
  expect(checkStability(promptOf(RULES))).toBeNull();
});
