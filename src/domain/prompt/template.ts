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

interface Tag {
  readonly sign: string;
  readonly name: string;
  readonly offset: number;
  /** Position after the closing braces. */
  readonly end: number;
}

/** The tag that opens at `offset`, or what is wrong with it. */
function readTag(template: string, offset: number): Tag | TemplateFault {
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
  if (end < 0) return fault("syntax", offset, ["the tag is not closed", `close it with ${closing}`]);
  if (end - offset > MAX_TAG) {
    return fault("syntax", offset, [`the tag is longer than ${MAX_TAG} characters`, `close it with ${closing}`]);
  }
  return { sign, name: template.slice(start + 1, end).trim(), offset, end: end + closing.length };
}

/** Follows the nesting of sections; answers with what is wrong at this tag. */
function nest(open: Tag[], tag: Tag): TemplateFault | null {
  const { sign, name, offset } = tag;
  if (sign === "#" || sign === "^") {
    open.push(tag);
    if (open.length <= MAX_DEPTH) return null;
    return fault("unsupported", offset, [`sections are nested more than ${MAX_DEPTH} deep`, "flatten the prompt"]);
  }
  if (sign !== "/") return null;
  const section = open.pop();
  if (section === undefined) {
    return fault("syntax", offset, [
      `{{/${name}}} closes a section that is not open`,
      `open it with {{#${name}}} or remove the tag`,
    ]);
  }
  return section.name === name ? null : unclosed(section);
}

const unclosed = ({ name, offset }: Tag): TemplateFault =>
  fault("syntax", offset, [`the section "${name}" is not closed`, `add {{/${name}}} where it ends`]);

/** Everything that mustache must not be given, or would stumble over. */
function scanTags(template: string): TemplateFault[] {
  const faults: TemplateFault[] = [];
  const open: Tag[] = [];
  let at = template.indexOf("{{");
  while (at >= 0) {
    const tag = readTag(template, at);
    const wrong = "message" in tag ? tag : nest(open, tag);
    if (wrong !== null) faults.push(wrong);
    // After broken syntax nothing that follows can be told apart.
    if (wrong?.kind === "syntax" || faults.length === MAX_FAULTS) return faults;
    at = template.indexOf("{{", "end" in tag ? tag.end : at + 2);
  }
  const section = open.pop();
  return section === undefined ? faults : [...faults, unclosed(section)];
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

/**
 * Parses a mustache template: variables (never escaped, so `{{x}}`, `{{{x}}}` and `{{&x}}` are the same), sections,
 * inverted sections and comments. Partials and changed delimiters are faults. All faults that can be told are returned.
 */
export function parseTemplate(
  template: string,
): { readonly parts: readonly TemplatePart[] } | { readonly faults: readonly TemplateFault[] } {
  const faults = scanTags(template);
  if (faults.length > 0) return { faults };
  // A writer of its own, because a writer keeps every template it ever parsed. What it would throw at was found above.
  const tokens = new mustache.Writer().parse(template) as readonly Token[];
  return { parts: toParts(tokens) };
}
