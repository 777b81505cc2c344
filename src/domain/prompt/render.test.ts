import fc from "fast-check";
import mustache from "mustache";
import { describe, expect, it } from "vitest";
import type { Prompt } from "../release/release.ts";
import { renderPrompt } from "./render.ts";
import { parseTemplate } from "./template.ts";

const prompt = (template: string, variables: Prompt["variables"] = {}): Prompt => ({
  name: "test",
  messages: [{ role: "system", template }],
  variables,
});

const required = { required: true, default: null, description: "" };
const optional = { required: false, default: null, description: "" };

const text = (template: string, values: Readonly<Record<string, string>>): string => {
  const names = Object.keys({ customer: "", note: "", ...values });
  const variables = Object.fromEntries(names.map((name) => [name, optional]));
  const rendered = renderPrompt(prompt(template, variables), values);
  return "missing" in rendered ? `missing ${rendered.missing}` : (rendered.messages[0]?.content ?? "");
};

describe("rendering a prompt", () => {
  it("fills in values as they are, without escaping", () => {
    expect(text("Hello {{customer}}, {{{customer}}}, {{&customer}}!", { customer: `<b>"Ann" & 'Bo'</b>` })).toBe(
      `Hello <b>"Ann" & 'Bo'</b>, <b>"Ann" & 'Bo'</b>, <b>"Ann" & 'Bo'</b>!`,
    );
  });

  it("never reads a value as a template", () => {
    const values = { customer: "{{note}} {{#note}}x{{/note}} {{>file}} {{=<% %>=}}", note: "secret" };
    expect(text("{{customer}}", values)).toBe(values.customer);
    expect(text("{{#customer}}{{.}}{{/customer}}", values)).toBe(values.customer);
  });

  it("shows declared variables only, and nothing that an object inherits", () => {
    const variables = { customer: required };
    const sent = { customer: "Ann", other: "hidden" };
    const rendered = renderPrompt(
      prompt("{{customer}}|{{other}}|{{constructor}}|{{toString}}|{{__proto__}}|{{customer.length}}", variables),
      sent,
    );
    expect(rendered).toEqual({ messages: [{ role: "system", content: "Ann|||||" }] });
  });

  it("takes a value only from the request itself", () => {
    const inherited = Object.create({ customer: "inherited" }) as Record<string, string>;
    expect(renderPrompt(prompt("{{customer}}", { customer: required }), inherited)).toEqual({ missing: "customer" });
  });

  it("says which required variable is missing, the first declared one", () => {
    const variables = { first: optional, second: required, third: required };
    expect(renderPrompt(prompt("", variables), { third: "x" })).toEqual({ missing: "second" });
  });

  it("takes an empty text for a value, and the default for a missing one", () => {
    const variables = { customer: { required: false, default: "you", description: "" } };
    expect(renderPrompt(prompt("<{{customer}}>", variables), { customer: "" })).toEqual({
      messages: [{ role: "system", content: "<>" }],
    });
    expect(renderPrompt(prompt("<{{customer}}>", variables), {})).toEqual({
      messages: [{ role: "system", content: "<you>" }],
    });
  });

  it("renders a section when there is a value and its opposite when there is none", () => {
    const template = "{{#note}}Note: {{.}}.{{/note}}{{^note}}No note.{{/note}}";
    expect(text(template, { note: "late" })).toBe("Note: late.");
    expect(text(template, {})).toBe("No note.");
  });

  it("includes no files and calls no functions", () => {
    expect(() => text("{{> customer}}", { customer: "x" })).toThrow(/unexpected fault/i);
    expect(text("{{#customer}}{{customer}}{{/customer}}", { customer: "() => 1" })).toBe("() => 1");
  });

  it("parses a prompt once, however often it is rendered", () => {
    const one = prompt("{{customer}} ".repeat(2_000), { customer: required });
    renderPrompt(one, { customer: "x" });
    const renamed = Object.assign(one, { messages: [{ role: "user", template: "{{unclosed" }] });
    expect(renderPrompt(renamed, { customer: "y" })).toEqual({
      messages: [{ role: "system", content: "y ".repeat(2_000) }],
    });
  });

  it("agrees with mustache on every template of texts, variables, sections and comments", () => {
    const { tree } = fc.letrec<{ tree: string; node: string }>((tie) => ({
      tree: fc.array(tie("node"), { maxLength: 5 }).map((parts) => parts.join("")),
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom("a", " ", "\n", "\r\n", "{", "}", "<&>", "{{a}}", "{{{b}}}", "{{& a }}", "{{! note }}"),
        fc
          .tuple(fc.constantFrom("#", "^"), fc.constantFrom("a", "b"), tie("tree"))
          .map(([sign, name, inner]) => `{{${sign}${name}}}${inner}{{/${name}}}`),
      ),
    }));
    const value = fc.constantFrom("", "x", "{{a}}", "<i>");
    fc.assert(
      fc.property(tree, value, value, (template, a, b) => {
        fc.pre(!("faults" in parseTemplate(template)));
        const expected = mustache.render(template, { a, b }, {}, { escape: String });
        const rendered = renderPrompt(prompt(template, { a: optional, b: optional }), { a, b });
        expect(rendered).toEqual({ messages: [{ role: "system", content: expected }] });
      }),
    );
  });
});
