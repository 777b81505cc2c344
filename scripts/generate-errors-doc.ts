import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { ERRORS } from "../src/domain/errors.ts";
import type { ErrorCode } from "../src/domain/errors.ts";
import { writeGenerated } from "./generated-file.ts";

const TABLE = "src/domain/errors.ts";

const INTRODUCTION = `<!-- Generated from ${TABLE} by \`npm run generate\`; do not edit. -->

# Errors

Every error has a code that stays the same between versions, a status, a sentence about what happened, and a sentence
about what to do. Words in braces are filled in. An answer to a client carries code and sentences in the form of the
client's own dialect; the command line and the log use the same words. **Try again** says whether the same request may
succeed later without a change.
`;

interface Group {
  readonly title: string;
  readonly codes: readonly ErrorCode[];
}

const isCode = (name: string): name is ErrorCode => Object.hasOwn(ERRORS, name);

/** The codes in the order of the table, under the line comments that stand between its rows. */
function groupsOf(text: string): readonly Group[] {
  const { comments } = parseSync(TABLE, text);
  const titles = comments.filter(({ type }) => type === "Line");
  const offsetOf = (code: ErrorCode): number => text.search(new RegExp(`^  ${code}: \\{`, "m"));
  const codes = Object.keys(ERRORS).filter(isCode);
  return titles
    .map(({ value, end }, index): Group => {
      const next = titles[index + 1]?.start ?? text.length;
      return {
        title: value.trim(),
        codes: codes.filter((code) => offsetOf(code) > end && offsetOf(code) < next),
      };
    })
    .filter((group) => group.codes.length > 0);
}

/** Marks the words in braces, and leaves nothing that Markdown would take for HTML; code in backticks stays as it is. */
const prose = (text: string): string =>
  text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll(/\{\w+\}/g, "*$&*")))
    .join("`");

function section(code: ErrorCode): string {
  const { status, retryable, message, help } = ERRORS[code];
  return [
    `### \`${code}\``,
    `Status ${status} · try again: ${retryable ? "yes" : "no"}`,
    `**What happened.** ${prose(message)}`,
    `**What to do.** ${prose(help)}`,
  ].join("\n\n");
}

const groups = groupsOf(readFileSync(join(import.meta.dirname, "..", TABLE), "utf8"));
const missing = Object.keys(ERRORS).filter((code) => isCode(code) && !groups.some(({ codes }) => codes.includes(code)));
if (missing.length > 0) throw new Error(`These codes of ${TABLE} stand under no comment: ${missing.join(", ")}`);

const parts = groups.flatMap(({ title, codes }) => [`## ${title}`, ...codes.map(section)]);
writeGenerated("docs/errors.md", `${[INTRODUCTION.trim(), ...parts].join("\n\n")}\n`);
