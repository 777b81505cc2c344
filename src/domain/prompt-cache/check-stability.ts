import type { Prompt } from "../release/release.ts";
import { parseTemplate } from "../prompt/template.ts";
import type { TemplatePart } from "../prompt/template.ts";

/** Where a prompt begins to vary although much of it never does. */
export interface Instability {
  /** Of the prompt's text, from 0. */
  readonly byte: number;
  readonly variable: string;
  /** Bytes after it that are the same in every call, and could be kept if they came first. */
  readonly fixedAfter: number;
}

/** Less than this is not worth a warning: providers keep nothing below some hundred tokens. */
const LEAST_FIXED_BYTES = 1_024;

/**
 * The first variable of a prompt that stands before a good part that never varies; `null` where what varies comes last.
 * A provider keeps what is the same byte for byte from the beginning, so the rest cannot be kept. Templates alone tell.
 */
export function checkStability(prompt: Prompt): Instability | null {
  let before = 0;
  let first: { readonly byte: number; readonly variable: string } | null = null;
  let fixedAfter = 0;
  for (const part of prompt.messages.flatMap(({ template }) => partsOf(template))) {
    if (part.kind === "text") {
      const bytes = Buffer.byteLength(part.text);
      if (first === null) before += bytes;
      else fixedAfter += bytes;
    } else first ??= { byte: before, variable: part.name };
  }
  return first === null || fixedAfter < LEAST_FIXED_BYTES ? null : { ...first, fixedAfter };
}

function partsOf(template: string): readonly TemplatePart[] {
  const parsed = parseTemplate(template);
  return "parts" in parsed ? parsed.parts : [];
}

/** The same for people. */
export const describeInstability = (endpoint: string, { byte, variable, fixedAfter }: Instability): string =>
  `${endpoint}: not cache-stable: byte ${byte} of the prompt varies ({{${variable}}}), so providers cannot keep the ` +
  `${fixedAfter} bytes after it that never do. Put what varies at the end of the prompt.`;
