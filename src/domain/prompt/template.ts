import mustache from "mustache";

/** A piece of a parsed template. `offset` is the place of the tag's `{{` in the template, in UTF-16 units. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly offset: number }
  /** Rendered when the variable is not empty; `inverted` when it is. */
  | {
      readonly kind: "section" | "inverted";
      readonly name: string;
      readonly offset: number;
      readonly parts: readonly TemplatePart[];
    };

/** Why a text is not a template of ours. */
export interface TemplateFault {
  readonly kind: "syntax" | "unsupported";
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

// mustache looks for a tag's end with an expression that is quadratic in a run of spaces; a bound on the tag bounds it.
const MAX_TAG = 1_000;
const MAX_FAULTS = 50;
// Rendering is recursive.
const MAX_DEPTH = 16;

const fault = (
  kind: TemplateFault["kind"],
  offset: number,
  sentences: readonly [message: string, fix: string],
): TemplateFault => ({
  kind,
  offset,
  message: sentences[0],
  fix: sentences[1],
});

const WHITESPACE = /\s/;

function afterSpaces(template: string, from: number): number {
  let at = from;
  while (at < template.length && at - from <= MAX_TAG && WHITESPACE.test(template.charAt(at))) at++;
  return at;
}

/** The end of the tag that opens at `offset`, or what is wrong with it. */
function tagEnd(template: string, offset: number): number | TemplateFault {
  const start = afterSpaces(template, offset + 2);
  const sign = template.charAt(start);
  if (sign === "=") {
    return fault("unsupported", offset, [
      "{{=…=}} changes the delimiters, which is not supported",
      "use {{ and }} throughout the prompt",
    ]);
  }
  if (sign === ">") {
    return fault("unsupported", offset, [
      "{{>…}} includes another file, which is not supported",
      "write the text into this prompt",
    ]);
  }
  const closing = sign === "{" ? "}}}" : "}}";
  const end = template.indexOf(closing, start);
  if (end < 0) return fault("syntax", offset, [`the tag is not closed`, `close it with ${closing}`]);
  if (end - offset > MAX_TAG)
    return fault("syntax", offset, [`the tag is longer than ${MAX_TAG} characters`, `close it with ${closing}`]);
  return end + closing.length;
}

/** Finds every tag that mustache must not be given. */
function scanTags(template: string): TemplateFault[] {
  const faults: TemplateFault[] = [];
  let at = template.indexOf("{{");
  while (at >= 0) {
    const end = tagEnd(template, at);
    if (typeof end === "number") {
      at = template.indexOf("{{", end);
      continue;
    }
    faults.push(end);
    // After an unclosed tag nothing that follows can be told apart.
    if (end.kind === "syntax" || faults.length === MAX_FAULTS) break;
    at = template.indexOf("{{", at + 2);
  }
  return faults;
}

// What mustache's parser returns: [sign, value, start, end, nested tokens, …].
type Token = readonly [sign: string, value: string, start: number, end: number, nested?: readonly Token[]];

function toPart(token: Token): TemplatePart | null {
  const [sign, value, offset, , nested] = token;
  switch (sign) {
    case "text":
      return { kind: "text", text: value };
    case "name":
    case "&":
      return { kind: "variable", name: value, offset };
    case "#":
    case "^":
      return { kind: sign === "#" ? "section" : "inverted", name: value, offset, parts: toParts(nested ?? []) };
    default:
      // A comment.
      return null;
  }
}

const toParts = (tokens: readonly Token[]): readonly TemplatePart[] =>
  tokens.map(toPart).filter((part) => part !== null);

/** The section that opens deeper than allowed, found without recursion. */
function tooDeep(tokens: readonly Token[]): Token | null {
  let level: readonly Token[] = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    const sections = level.filter((token) => token[4] !== undefined);
    if (depth >= MAX_DEPTH) return sections[0] ?? null;
    level = sections.flatMap((token) => token[4] ?? []);
  }
  return null;
}

/** mustache's parser says where in its message: `Unclosed section "x" at 12`. */
function syntaxFault(error: unknown): TemplateFault {
  const text = error instanceof Error ? error.message : String(error);
  const at = text.lastIndexOf(" at ");
  const offset = Number(text.slice(at + 4));
  const what = at < 0 || !Number.isInteger(offset) ? text : text.slice(0, at);
  const name = what.slice(what.indexOf('"') + 1, what.lastIndexOf('"'));
  if (what.startsWith("Unclosed section")) {
    return fault("syntax", Number.isInteger(offset) ? offset : 0, [
      `the section "${name}" is not closed`,
      `add {{/${name}}} before this place`,
    ]);
  }
  return fault("syntax", Number.isInteger(offset) ? offset : 0, [
    `{{/${name}}} closes a section that is not open`,
    `open it with {{#${name}}} or remove the tag`,
  ]);
}

/**
 * Parses a mustache template: variables (never escaped, so `{{x}}`, `{{{x}}}` and `{{&x}}` are the same), sections,
 * inverted sections and comments. Partials and changed delimiters are faults. All faults that can be told are returned.
 */
export function parseTemplate(
  template: string,
): { readonly parts: readonly TemplatePart[] } | { readonly faults: readonly TemplateFault[] } {
  const faults = scanTags(template);
  if (faults.length > 0) return { faults };
  let tokens: readonly Token[];
  try {
    // A writer of its own, because a writer keeps every template it ever parsed.
    tokens = new mustache.Writer().parse(template) as readonly Token[];
  } catch (error) {
    return { faults: [syntaxFault(error)] };
  }
  const deep = tooDeep(tokens);
  if (deep !== null) {
    return {
      faults: [
        fault("unsupported", deep[2], [`sections are nested more than ${MAX_DEPTH} deep`, "flatten the prompt"]),
      ],
    };
  }
  return { parts: toParts(tokens) };
}
