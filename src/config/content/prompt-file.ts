import * as z from "zod";
import { checkTemplate } from "../../domain/prompt/check-template.ts";
import type { TemplateMistake } from "../../domain/prompt/check-template.ts";
import type { Prompt, PromptMessage, PromptVariable } from "../../domain/release/release.ts";
import type { Mistake } from "../project.ts";
import { mistakesOf } from "../schema/mistakes-of.ts";
import { text } from "../schema/leaf.ts";
import { type Fault, mistake } from "../source/mistakes.ts";
import { type YamlFile, readYaml } from "../source/yaml-file.ts";

/** What reading a file of a project gives. `content` is `null` when a mistake makes it useless. */
export interface FileReading<T> {
  readonly content: T | null;
  readonly mistakes: readonly Mistake[];
}

/** Names of prompts, and of variables: a template cannot name others. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

const variableSchema = z
  .strictObject({
    required: z
      .boolean()
      .optional()
      .meta({ description: "Whether a request must send a value. Default: true without `default`, false with it." }),
    default: z.string().max(100_000).optional().meta({ description: "The value of requests that send none." }),
    description: text({ what: "a text", max: 2_000 }).optional().meta({ description: "For people." }),
  })
  .nullable();

/** The front matter of a prompt file. */
export const promptHeaderSchema = z.strictObject({
  name: text({ what: "a name", max: 100 })
    .optional()
    .meta({ description: "Name of the prompt. Default: the file's name without its ending." }),
  variables: z
    .record(z.string(), variableSchema)
    .optional()
    .meta({ description: "What requests may fill in, by name. Only declared variables can be used in the text." }),
});

type HeaderInput = z.output<typeof promptHeaderSchema>;

interface Section {
  readonly role: PromptMessage["role"];
  readonly template: string;
  /** Line of the file at which the template begins, from 1. */
  readonly line: number;
  /** Line of the file that names the role; `null` for text without one. */
  readonly roleLine: number | null;
}

const ROLE_LINES: Readonly<Record<string, PromptMessage["role"]>> = {
  "[system]": "system",
  "[developer]": "developer",
  "[user]": "user",
  "[assistant]": "assistant",
};

const roleOf = (line: string): PromptMessage["role"] | undefined =>
  Object.hasOwn(ROLE_LINES, line) ? ROLE_LINES[line] : undefined;

/** Splits off the front matter: the lines between a first line `---` and the next one. */
function splitHeader(lines: readonly string[]): { readonly header: string | null; readonly bodyLine: number } {
  const end = lines[0] === "---" ? lines.indexOf("---", 1) : -1;
  return end < 0 ? { header: null, bodyLine: 0 } : { header: lines.slice(1, end).join("\n"), bodyLine: end + 1 };
}

/** The messages of a body whose first line is line `first` of the file (from 0). Blank lines around a message are dropped. */
function splitMessages(lines: readonly string[], first: number): readonly Section[] {
  const sections: Section[] = [];
  let role: PromptMessage["role"] | null = null;
  let start = first;
  const close = (end: number): void => {
    let from = start;
    let to = end;
    while (from < to && (lines[from] ?? "").trim() === "") from++;
    while (to > from && (lines[to - 1] ?? "").trim() === "") to--;
    if (role === null && from === to) return;
    sections.push({
      role: role ?? "system",
      template: lines.slice(from, to).join("\n"),
      line: from + 1,
      roleLine: role === null ? null : start,
    });
  };
  for (let index = first; index < lines.length; index++) {
    const next = roleOf(lines[index] ?? "");
    if (next === undefined) continue;
    close(index);
    role = next;
    start = index + 1;
  }
  close(lines.length);
  return sections;
}

function messageFaults(file: string, sections: readonly Section[], bodyLine: number): readonly Mistake[] {
  const at = (line: number, fault: Fault): Mistake => mistake({ file, line, column: 1 }, fault);
  const [first] = sections;
  if (first === undefined)
    return [at(bodyLine + 1, { message: "the prompt is empty", fix: "write the text of the prompt" })];
  const isStray = first.roleLine === null && sections.length > 1;
  const stray = isStray
    ? [
        at(first.line, {
          message: "this text stands before the first message",
          fix: "put a line [system], [developer], [user] or [assistant] above it",
        }),
      ]
    : [];
  const empty = sections.filter(({ template }) => template === "");
  return [
    ...stray,
    ...empty.map(({ roleLine }) =>
      at(roleLine ?? 1, { message: "the message is empty", fix: "write its text below this line, or remove the line" }),
    ),
  ];
}

function templateMistakes(
  file: string,
  sections: readonly Section[],
  header: { readonly declared: readonly string[]; readonly yaml: YamlFile | null },
): readonly Mistake[] {
  const found = sections.map((section) => ({ section, mistakes: checkTemplate(section.template, header.declared) }));
  const wrong = found.flatMap(({ section, mistakes }) =>
    mistakes
      .filter((one) => one.kind !== "unused")
      .map((one) => mistake({ file, line: section.line + one.line - 1, column: one.column }, one)),
  );
  const broken = found.some(({ mistakes }) =>
    mistakes.some((one) => one.kind === "syntax" || one.kind === "unsupported"),
  );
  if (broken || header.yaml === null) return wrong;
  const isUnused = (one: TemplateMistake): boolean =>
    found.every(({ mistakes }) => mistakes.some((other) => other.kind === "unused" && other.name === one.name));
  const unused = (found[0]?.mistakes ?? []).filter((one) => one.kind === "unused" && isUnused(one));
  const { yaml } = header;
  return [...wrong, ...unused.map((one) => mistake(yaml.keyAt(["variables", one.name ?? ""]), one))];
}

function headerFaults(yaml: YamlFile, header: HeaderInput): readonly Mistake[] {
  return Object.entries(header.variables ?? {}).flatMap(([name, variable]) => {
    const faults: Mistake[] = [];
    if (!VARIABLE_NAME.test(name)) {
      faults.push(
        mistake(yaml.keyAt(["variables", name]), {
          message: `a variable cannot have this name`,
          fix: "use letters, digits and underscores, not a digit first, at most 64",
        }),
      );
    }
    if (variable?.required === true && variable.default !== undefined) {
      faults.push(
        mistake(yaml.keyAt(["variables", name, "default"]), {
          message: `variables.${name}: a required variable has no default`,
          fix: "remove `default`, or write `required: false`",
        }),
      );
    }
    return faults;
  });
}

function variablesOf(header: HeaderInput): Readonly<Record<string, PromptVariable>> {
  const entries = Object.entries(header.variables ?? {}).map(([name, variable]): [string, PromptVariable] => [
    name,
    {
      required: variable?.required ?? variable?.default === undefined,
      default: variable?.default ?? null,
      description: variable?.description ?? "",
    },
  ]);
  return Object.fromEntries(entries);
}

const baseName = (file: string): string => (file.split("/").at(-1) ?? file).replace(/\.[^.]*$/, "");

/** Reads the header; `null` when it cannot be used. */
function readHeader(
  file: string,
  header: string | null,
): { readonly yaml: YamlFile | null; readonly input: HeaderInput | null; readonly mistakes: readonly Mistake[] } {
  if (header === null || header.trim() === "") return { yaml: null, input: {}, mistakes: [] };
  const yaml = readYaml(file, header, 2);
  if (yaml.value === undefined) return { yaml, input: null, mistakes: yaml.mistakes };
  const parsed = promptHeaderSchema.safeParse(yaml.value);
  if (!parsed.success)
    return {
      yaml,
      input: null,
      mistakes: [...yaml.mistakes, ...mistakesOf(parsed.error.issues, promptHeaderSchema, { file: yaml })],
    };
  return { yaml, input: parsed.data, mistakes: [...yaml.mistakes, ...headerFaults(yaml, parsed.data)] };
}

/**
 * Reads a prompt file: optional front matter between two lines `---`, then mustache text. Lines that are exactly
 * `[system]`, `[developer]`, `[user]` or `[assistant]` begin a message; without one the whole is one system message.
 */
export function readPromptFile(file: string, source: string): FileReading<Prompt> {
  const lines = source.split("\n");
  if (lines[0] === "---" && !lines.includes("---", 1)) {
    return {
      content: null,
      mistakes: [
        mistake(
          { file, line: 1, column: 1 },
          { message: "the front matter is not closed", fix: "put a line --- below it" },
        ),
      ],
    };
  }
  const { header, bodyLine } = splitHeader(lines);
  const { yaml, input, mistakes } = readHeader(file, header);
  const sections = splitMessages(lines, bodyLine);
  const shape = messageFaults(file, sections, bodyLine);
  // Without the declarations every variable would look undeclared.
  const templates =
    input === null ? [] : templateMistakes(file, sections, { declared: Object.keys(input.variables ?? {}), yaml });
  const all = [...mistakes, ...shape, ...templates];
  if (all.length > 0 || input === null) return { content: null, mistakes: all };
  const messages = sections.map(({ role, template }) => ({ role, template }));
  return { content: { name: input.name ?? baseName(file), messages, variables: variablesOf(input) }, mistakes: [] };
}
