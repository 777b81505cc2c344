import { ERRORS, ERROR_TABLES } from "../src/domain/errors.ts";
import type { ErrorCode } from "../src/domain/errors.ts";
import { writeGenerated } from "./generated-file.ts";

const TABLE = "src/domain/error-table";

const INTRODUCTION = `<!-- Generated from ${TABLE} by \`npm run generate\`; do not edit. -->

# Errors

Every error has a code that stays the same between versions, a status, a sentence about what happened, and a sentence
about what to do. Words in braces are filled in. An answer to a client carries code and sentences in the form of the
client's own dialect; the command line and the log use the same words. **Try again** says whether the same request may
succeed later without a change.

Five errors reach a client that speaks the provider's own dialect in the provider's words and with its status, when its
answer is a JSON object with an \`error\` and no other model could answer: \`provider_refused_request\`,
\`provider_context_overflow\`, \`provider_content_policy\`, \`provider_rate_limited\` and \`provider_error\`. What we
call it stands in \`rollward calls show\`.
`;

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

const parts = Object.entries(ERROR_TABLES).flatMap(([title, table]) => [
  `## ${title}`,
  ...(Object.keys(table) as ErrorCode[]).map(section),
]);
writeGenerated("docs/errors.md", `${[INTRODUCTION.trim(), ...parts].join("\n\n")}\n`);
