import * as z from "zod";
import { checkTemplate } from "../../domain/prompt/check-template.ts";
import type { Prompt, PromptMessage, PromptVariable } from "../../domain/release/release.ts";
import type { Mistake } from "../project.ts";
import { mistakesOf } from "../schema/issues.ts";
import { mistake } from "../source/mistakes.ts";
import { readYaml } from "../source/yaml-file.ts";

const frontMatterSchema = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  variables: z
    .record(
      z.string(),
      z.strictObject({
        required: z.boolean().optional(),
        default: z.string().optional(),
        description: z.string().optional(),
      }),
    )
    .optional(),
});

const ROLE_LINE = /^\[(system|developer|user|assistant)\]$/;

/** A prompt file: optional YAML front matter between `---` lines, then messages begun by `[role]` lines. */
export function readPrompt(file: string, text: string): { readonly prompt: Prompt | null; readonly mistakes: readonly Mistake[] } {
  const lines = text.split(/\r?\n/);
  const end = lines[0] === "---" ? lines.indexOf("---", 1) : -1;
  const front = end < 0 ? null : readYaml(file, lines.slice(1, end).join("\n"), 2);
  const parsed = front === null || front.value === undefined ? null : frontMatterSchema.safeParse(front.value);
  const mistakes: Mistake[] = [...(front?.mistakes ?? [])];
  if (front !== null && parsed !== null && !parsed.success) {
    mistakes.push(...mistakesOf(parsed.error.issues, frontMatterSchema, { file: front }));
  }
  if (mistakes.length > 0) return { prompt: null, mistakes };
  const declared = parsed?.success === true ? (parsed.data.variables ?? {}) : {};
  const variables: Record<string, PromptVariable> = {};
  for (const [name, one] of Object.entries(declared)) {
    variables[name] = {
      required: one.default === undefined && (one.required ?? true),
      default: one.default ?? null,
      description: one.description ?? "",
    };
  }
  const sections = sectionsOf(lines.slice(end + 1), end + 2);
  for (const { message, firstLine } of sections) {
    for (const one of checkTemplate(message.template, Object.keys(variables))) {
      if (one.kind === "unused") continue;
      mistakes.push(mistake({ file, line: firstLine + one.line - 1, column: one.column }, one));
    }
  }
  const name = parsed?.success === true ? parsed.data.name : undefined;
  const prompt: Prompt = {
    name: name ?? file.split("/").at(-1)?.replace(/\.[^.]*$/, "") ?? file,
    messages: sections.map(({ message }) => message),
    variables,
  };
  return { prompt: mistakes.length > 0 ? null : prompt, mistakes };
}

interface Section {
  readonly message: PromptMessage;
  readonly firstLine: number;
}

function sectionsOf(lines: readonly string[], firstLine: number): Section[] {
  const sections: { role: PromptMessage["role"]; lines: string[]; firstLine: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const role = ROLE_LINE.exec(line)?.[1] as PromptMessage["role"] | undefined;
    if (role !== undefined) sections.push({ role, lines: [], firstLine: firstLine + index + 1 });
    else if (sections.length > 0) sections.at(-1)?.lines.push(line);
    else if (line.trim() !== "") sections.push({ role: "system", lines: [line], firstLine: firstLine + index });
  }
  return sections.map(({ role, lines: own, firstLine: first }) => ({
    message: { role, template: own.join("\n").trimEnd() },
    firstLine: first,
  }));
}
