import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";
import type { AgainCommand } from "./format-apply.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;
type EndpointChange = ApplyAnswer["endpoints"][number];

/** Comments of pull requests end at 65,536 characters; the rest is for what a CI puts around. */
const MOST_CHARACTERS = 60_000;

/** Lines of one comparison that are shown. */
const MOST_LINES = 400;

/** By this line a CI finds its own comment again, to replace it. */
export const planMarker = (environment: string): string => `<!-- rollward-plan ${environment} -->`;

/** What applying would change, as Markdown for a comment on a pull request. */
export function planMarkdown(answer: ApplyAnswer, again: AgainCommand = AGAIN): string {
  const environment = answer.environment ?? "production";
  const head = `${planMarker(environment)}\n### Rollward plan for \`${code(environment)}\``;
  if (answer.mistakes.length > 0) return `${head}\n\n${mistakesText(answer)}\n`;
  const changed = answer.endpoints.filter(({ outcome }) => outcome !== "unchanged");
  const sections = [
    ...projectSection(answer),
    ...changed.map((change) =>
      change.outcome === "held_back" ? heldBackSection(change, answer, again) : endpointSection(change),
    ),
  ];
  const unchanged = answer.endpoints.length - changed.length;
  const parts = [
    head,
    sections.length === 0 ? "Nothing to apply: the server has what this branch has." : summaryOf(answer, changed),
    ...sections,
    ...warningsText(answer),
    ...(sections.length > 0 && unchanged > 0 ? [`${countOf(unchanged, "endpoint")} unchanged.`] : []),
  ];
  return `${fitted(parts)}\n`;
}

/** "1 mistake", "2 mistakes". */
const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The parts as they fit: what is left out is counted. */
function fitted(parts: readonly string[]): string {
  let text = "";
  for (const [index, part] of parts.entries()) {
    const next = index === 0 ? part : `\n\n${part}`;
    if (text.length + next.length > MOST_CHARACTERS)
      return `${text}\n\n${countOf(parts.length - index, "part")} of the plan too long to show here; \`rollward diff\` shows all.`;
    text += next;
  }
  return text;
}

const mistakesText = ({ mistakes }: ApplyAnswer): string =>
  [
    `**${countOf(mistakes.length, "mistake")}; nothing can be applied.**`,
    "",
    ...mistakes.map(
      ({ file, line, column, message, fix }) =>
        `- \`${code(`${file}:${line}:${column}`)}\` ${inline(message)}. ${inline(fix)}`,
    ),
  ].join("\n");

const AGAIN: AgainCommand = (endpoint) => `rollward apply --again --endpoint ${endpoint}`;

const DOES = {
  unchanged: "unchanged",
  first: "becomes the first release and serves at once",
  rollout: "goes out by rollout",
  queued: "waits for the rollout under way",
  back: "back to the stable release; the rollout under way ends",
  held_back: "held back: it was rolled back or aborted",
} as const;

function summaryOf({ project }: ApplyAnswer, changed: readonly EndpointChange[]): string {
  const around = project !== undefined && project.outcome !== "unchanged";
  const rows = [
    ...(around ? ["| project | changes at once, without a rollout | |"] : []),
    ...changed.map(
      ({ endpoint, outcome, details }) =>
        `| \`${code(endpoint)}\` | ${DOES[outcome]}${details === undefined ? "" : wayOf(details)} | ${priceOf(details)} |`,
    ),
  ];
  return ["| what | how | price of 1,000 calls |", "|---|---|---|", ...rows].join("\n");
}

type Details = NonNullable<EndpointChange["details"]>;

const wayOf = ({ strategy, steps }: Details): string => ` (${inline(strategy)}: ${steps.map(inline).join(" → ")})`;

function priceOf(details: Details | undefined): string {
  const price = details?.price;
  if (price === undefined || price.before === null || price.after === null) return "";
  return `${usd(price.before)} → ${usd(price.after)}, by ${countOf(price.calls, "call")} of ${price.days} days`;
}

const usd = (value: number): string => `$${value.toFixed(value < 1 ? 4 : 2)}`;

function projectSection({ project }: ApplyAnswer): readonly string[] {
  if (project === undefined || project.outcome === "unchanged") return [];
  const head = project.outcome === "first" ? "Everything is new." : "In force at once, without a rollout:";
  return [`#### project\n\n${head}${project.diff === "" ? "" : `\n\n${fenced(project.diff)}`}`];
}

function endpointSection({ endpoint, outcome, diff, details, outlook, ended = [] }: EndpointChange): string {
  const lines = [`#### \`${code(endpoint)}\``];
  if (outcome === "back") {
    const ends = ended.map(({ release }) => `The rollout of \`${code(release)}\` ends.`);
    return [...lines, ...ends].join("\n\n");
  }
  if (details?.from !== undefined && details.from !== null) lines.push(`Against \`${code(details.from)}\`.`);
  if (outlook.length > 0) lines.push(outlook.map(inline).join(" "));
  if (details?.conversations === "breaking")
    lines.push(
      `**Conversations in flight cannot be moved to it:**\n${details.reasons.map((reason) => `- ${inline(reason)}`).join("\n")}`,
    );
  if (diff !== "") lines.push(fenced(diff));
  return lines.join("\n\n");
}

function heldBackSection(
  { endpoint }: EndpointChange,
  { held_back: held = [] }: ApplyAnswer,
  again: AgainCommand,
): string {
  const told = held.find((one) => one.endpoint === endpoint);
  return [
    `#### \`${code(endpoint)}\``,
    `**Held back.** ${told === undefined ? "" : inline(told.sentence)}`,
    `\`${code(again(endpoint))}\` begins its rollout again; a change of the release begins one by itself.`,
  ].join("\n\n");
}

const warningsText = ({ warnings = [] }: ApplyAnswer): readonly string[] =>
  warnings.length === 0 ? [] : [["**Warnings**", "", ...warnings.map((one) => `- ${inline(one)}`)].join("\n")];

/** A comparison in a fence that nothing inside of it can close. */
function fenced(diff: string): string {
  const all = diff.split("\n");
  const lines = all.length > MOST_LINES ? [...all.slice(0, MOST_LINES), `… and ${all.length - MOST_LINES} lines`] : all;
  const text = lines.map(diffLine).join("\n");
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

/** `~` means nothing to a reader of `diff`; lines of texts are indented there and flush here. */
const diffLine = (line: string): string => {
  if (line.startsWith("~")) return `!${line.slice(1)}`;
  return /^ {2}[+-] /.test(line) ? line.slice(2) : line;
};

/** GitHub looks for mentions in what Markdown has made of the text, where no backslash is left; this space has no width. */
const BREAKS_MENTION = "\u200b";

/** Text of others between words: nothing of it is read as Markdown, HTML or a mention. */
const inline = (text: string): string =>
  text
    .replaceAll("\n", " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]()#+!|~>]/g, (sign) => `\\${sign}`)
    .replaceAll("@", `@${BREAKS_MENTION}`);

/** Text of others between backticks in a table. */
const code = (text: string): string => text.replaceAll(/[`|\n]/g, "'");
