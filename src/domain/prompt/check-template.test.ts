import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTemplate } from "./check-template.ts";
import { parseTemplate } from "./template.ts";

const places = (template: string, declared: readonly string[] = []): readonly string[] =>
  checkTemplate(template, declared).map(({ kind, line, column }) => `${kind} ${line}:${column}`);

describe("checking a template", () => {
  it("finds nothing wrong with one that uses what is declared", () => {
    const template = "Hello {{customer}}.{{#note}} {{.}} {{{customer}}}{{/note}}{{^note}}{{! none }}{{/note}}";
    expect(checkTemplate(template, ["customer", "note"])).toEqual([]);
  });

  it("names a variable that is not declared, at its first use", () => {
    expect(checkTemplate("Hello\n  {{custmer}} {{custmer}}", ["customer"])).toEqual([
      {
        kind: "undeclared",
        name: "custmer",
        line: 2,
        column: 3,
        message: 'the variable "custmer" is used here and not declared',
        fix: "declare custmer under `variables`, or use one of: customer",
      },
      expect.objectContaining({ kind: "unused", name: "customer", line: 1, column: 1 }),
    ]);
  });

  it("refuses the item of a section outside of one, and members of a variable", () => {
    expect(places("{{.}}")).toEqual(["undeclared 1:1"]);
    expect(checkTemplate("{{customer.name}}{{customer}}", ["customer"])[0]?.fix).toBe(
      "a variable is plain text without members; write {{customer}}",
    );
  });

  it.each([
    ["a partial", "a {{> file }}", ["unsupported 1:3"]],
    ["changed delimiters", "a\n{{=<% %>=}}", ["unsupported 2:1"]],
    ["several of both", "{{>a}}\n{{>b}}", ["unsupported 1:1", "unsupported 2:1"]],
    ["a tag without an end", "a {{b", ["syntax 1:3"]],
    ["three braces closed by two", "a {{{b}}", ["syntax 1:3"]],
    ["a tag without bounds", `{{a${" ".repeat(2_000)}}}`, ["syntax 1:1"]],
    ["a section without an end", "a\n{{#b}}c", ["syntax 2:1"]],
    ["sections that cross", "{{#a}}{{#b}}{{/a}}{{/b}}", ["syntax 1:7"]],
    ["an end without a section", "a {{/b}}", ["syntax 1:3"]],
    [
      "sections without bounds",
      `${"{{#a}}".repeat(20)}${"{{/a}}".repeat(20)}`,
      Array.from({ length: 4 }, (_, at) => `unsupported 1:${97 + 6 * at}`),
    ],
  ])("refuses %s at its place", (_, template, expected) => {
    expect(places(template, ["a", "b"])).toEqual(expected);
  });

  it("stays bounded on hostile templates", () => {
    const hostile = ["{{>a}}", "{{x", "{{{{", "{{=a b=}}", "{{#a}}", "{{ "].map((tag) => tag.repeat(40_000));
    hostile.push(Array.from({ length: 20_000 }, (_, index) => `{{v${index}}}`).join(""), `{{a}}${" ".repeat(200_000)}`);
    for (const template of hostile) expect(checkTemplate(template, []).length).toBeLessThanOrEqual(51);
  });

  it("judges any text without throwing, and what it accepts can be parsed", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "{",
      "}",
      "#",
      "^",
      "/",
      ">",
      "=",
      "&",
      "!",
      " ",
      "\n",
      "a",
      "b",
      ".",
      "{{a}}",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const template = pieces.join("");
        const broken = checkTemplate(template, ["a", "b"]).some(
          ({ kind }) => kind === "syntax" || kind === "unsupported",
        );
        expect("faults" in parseTemplate(template)).toBe(broken);
      }),
      { numRuns: 2_000 },
    );
  });
});
