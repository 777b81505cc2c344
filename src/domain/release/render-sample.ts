import { renderPrompt } from "../prompt/render.ts";
import { diffLines } from "./line-diff.ts";
import type { DiffLine } from "./line-diff.ts";
import type { Prompt } from "./release.ts";

/** The same values rendered by two prompts. */
export interface RenderedSample {
  /** The values that both were given. */
  readonly variables: Readonly<Record<string, string>>;
  /** From the one rendered text to the other; all `same` when they agree. */
  readonly lines: readonly DiffLine[];
  /** Required variables without a value, by side: that prompt could not be rendered. */
  readonly missing: { readonly before: string | null; readonly after: string | null };
}

/** Stands for a value that nobody has given. */
const placeholder = (name: string): string => `‹${name}›`;

/** A value for every declared variable: its default, or its name in angle quotes. */
export function sampleVariables(prompts: readonly (Prompt | null)[]): Readonly<Record<string, string>> {
  const declared = prompts.flatMap((prompt) => Object.entries(prompt?.variables ?? {}));
  return Object.fromEntries(declared.map(([name, variable]) => [name, variable.default ?? placeholder(name)]));
}

function rendered(
  prompt: Prompt | null,
  variables: Readonly<Record<string, string>>,
): { readonly text: string; readonly missing: string | null } {
  if (prompt === null) return { text: "", missing: null };
  const rendering = renderPrompt(prompt, variables);
  if ("missing" in rendering) return { text: "", missing: rendering.missing };
  return { text: rendering.messages.map(({ role, content }) => `[${role}]\n${content}`).join("\n\n"), missing: null };
}

/** Renders two prompts with the same values. */
export function renderSample(
  before: Prompt | null,
  after: Prompt | null,
  variables: Readonly<Record<string, string>>,
): RenderedSample {
  const [old, fresh] = [rendered(before, variables), rendered(after, variables)];
  return {
    variables,
    lines: diffLines(old.text, fresh.text),
    missing: { before: old.missing, after: fresh.missing },
  };
}
