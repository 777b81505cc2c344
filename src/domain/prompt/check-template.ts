import { type TemplatePart, parseTemplate } from "./template.ts";

/** Something to correct in a template. `line` and `column` count from 1 within the template. */
export interface TemplateMistake {
  readonly kind: "syntax" | "unsupported" | "undeclared" | "unused";
  /** The variable at fault; `null` for the kinds that are not about one. */
  readonly name: string | null;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

// Enough to correct in one go; without a bound a hostile template costs its length for each of its tags.
const MAX_MISTAKES = 50;

interface Use {
  readonly name: string;
  readonly offset: number;
  readonly inSection: boolean;
}

function usesOf(parts: readonly TemplatePart[], inSection: boolean): Use[] {
  return parts.flatMap((part) => {
    if (part.kind === "text") return [];
    const use = { name: part.name, offset: part.offset, inSection };
    return part.kind === "variable" ? [use] : [use, ...usesOf(part.parts, inSection || part.kind === "section")];
  });
}

function position(template: string, offset: number): { line: number; column: number } {
  const before = template.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_SHOWN = 80;

function fixOf(name: string, declared: readonly string[]): string {
  const [base = ""] = name.split(".");
  if (name !== base && declared.includes(base)) return `a variable is plain text without members; write {{${base}}}`;
  const known = declared.length === 0 ? "(none is declared)" : declared.join(", ");
  return NAME.test(name) ? `declare ${name} under \`variables\`, or use one of: ${known}` : `use one of: ${known}`;
}

function undeclared(template: string, use: Use, declared: readonly string[]): TemplateMistake {
  const name = use.name.slice(0, MAX_SHOWN);
  return {
    kind: "undeclared",
    name: use.name,
    ...position(template, use.offset),
    message: `the variable "${name}" is used here and not declared`,
    fix: fixOf(name, declared),
  };
}

/**
 * Everything wrong with a template: tags that are not supported, variables that are used and not declared (each at
 * its first use), and variables that are declared and not used (at 1:1; a prompt of several messages may use them in another one).
 */
export function checkTemplate(template: string, declared: readonly string[]): readonly TemplateMistake[] {
  const parsed = parseTemplate(template);
  if ("faults" in parsed) {
    return parsed.faults.map(({ kind, offset, message, fix }) => ({
      kind,
      name: null,
      ...position(template, offset),
      message,
      fix,
    }));
  }
  const uses = usesOf(parsed.parts, false);
  const names = new Set(uses.map((use) => use.name));
  const unknown = new Map<string, Use>();
  for (const use of uses) {
    const known = declared.includes(use.name) || (use.name === "." && use.inSection);
    if (!known && !unknown.has(use.name) && unknown.size < MAX_MISTAKES) unknown.set(use.name, use);
  }
  return [
    ...[...unknown.values()].map((use) => undeclared(template, use, declared)),
    ...declared
      .filter((name) => !names.has(name))
      .map((name) => ({
        kind: "unused" as const,
        name,
        line: 1,
        column: 1,
        message: `the variable "${name}" is declared and never used`,
        fix: `write {{${name}}} where its value belongs, or remove the declaration`,
      })),
  ];
}
