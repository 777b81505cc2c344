import { RollwardError } from "../errors.ts";
import type { Prompt, PromptMessage } from "../release/release.ts";
import { type TemplatePart, parseTemplate } from "./template.ts";

/** A message ready for the model. */
export interface RenderedMessage {
  readonly role: PromptMessage["role"];
  readonly content: string;
}

/** What rendering gives: the messages, or the name of the first required variable without a value. */
export type Rendering = { readonly messages: readonly RenderedMessage[] } | { readonly missing: string };

type Compiled = readonly { readonly role: PromptMessage["role"]; readonly parts: readonly TemplatePart[] }[];

type Values = ReadonlyMap<string, string>;

// Rendering is on every request's way: templates are parsed once per prompt, and the cache dies with the prompt.
const compiledPrompts = new WeakMap<Prompt, Compiled>();

function compile(prompt: Prompt): Compiled {
  const known = compiledPrompts.get(prompt);
  if (known !== undefined) return known;
  const compiled = prompt.messages.map((message) => {
    const parsed = parseTemplate(message.template);
    if ("faults" in parsed)
      throw new RollwardError("internal", {}, new Error(`prompt ${prompt.name}: ${parsed.faults[0]?.message}`));
    return { role: message.role, parts: parsed.parts };
  });
  compiledPrompts.set(prompt, compiled);
  return compiled;
}

/** What prompts without variables always give: the same objects, so that others may remember what they make of them. */
const constantPrompts = new WeakMap<Prompt, Rendering>();

/** `current` is what `{{.}}` means: the value of the innermost section. */
function renderParts(parts: readonly TemplatePart[], values: Values, current: string): string {
  let text = "";
  for (const part of parts) {
    if (part.kind === "text") {
      text += part.text;
      continue;
    }
    const value = part.name === "." ? current : (values.get(part.name) ?? "");
    if (part.kind === "variable") text += value;
    else if (part.kind === "section" && value !== "") text += renderParts(part.parts, values, value);
    else if (part.kind === "inverted" && value === "") text += renderParts(part.parts, values, current);
  }
  return text;
}

/**
 * Fills a prompt's templates. Only declared variables are seen; a value is data and is never read as a template.
 * An empty text is a value. A variable that is not required and has no default renders as nothing.
 */
export function renderPrompt(prompt: Prompt, variables: Readonly<Record<string, string>>): Rendering {
  const constant = constantPrompts.get(prompt);
  if (constant !== undefined) return constant;
  const values = new Map<string, string>();
  for (const name of Object.keys(prompt.variables)) {
    const declared = prompt.variables[name];
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined && declared?.required === true) return { missing: name };
    values.set(name, value ?? declared?.default ?? "");
  }
  const rendering = {
    messages: compile(prompt).map(({ role, parts }) => ({ role, content: renderParts(parts, values, "") })),
  };
  if (values.size === 0) constantPrompts.set(prompt, rendering);
  return rendering;
}
