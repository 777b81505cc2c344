import type { Command } from "commander";
import type { z } from "zod";
import { showCopies } from "../contract/copies.ts";
import { ask } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";
import { describeJudged } from "./format-stages.ts";
import { formatTable } from "./format-table.ts";

/** Pairs that a person is shown; `--json` has all that are kept for reading. */
const SHOWN = 10;

/** `rollward rollout copies`: what a shadow stage showed. */
export function addRolloutCopies(
  group: Command,
  line: CommandLine,
  idOf: (line: CommandLine, name: string) => Promise<string>,
): void {
  group
    .command("copies <endpoint-or-id>")
    .description("how the candidate answered copies of calls in a shadow stage, beside stable")
    .action(async (name: string) => {
      const answer = await ask(line.connection(), showCopies, { params: { rollout: await idOf(line, name) } });
      line.say(line.json() ? JSON.stringify(answer) : describeCopies(answer));
    });
}

type Copies = z.output<typeof showCopies.answer>;

const usd = (pico: string): string => `${(Number(pico) / 1e12).toPrecision(3)} USD`;
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** What the copies showed, in sentences and a table. */
export function describeCopies(copies: Copies): string {
  if (copies.copies === 0) return ["No copy has been made yet.", ...skippedOf(copies)].join("\n");
  return [
    `${copies.copies} copies for ${usd(copies.spent_pico)}; ${copies.pairs} sessions are evidence, ${copies.excused} copies are not because a provider or this server failed.`,
    ...skippedOf(copies),
    ...answersOf(copies.answers),
    ...judgedOf(copies),
    "",
    formatTable([
      ["stable", "candidate", "stable ms", "candidate ms", "alike", "tools"],
      ...copies.recent.slice(0, SHOWN).map(rowOf),
    ]),
  ].join("\n");
}

function skippedOf({ skipped, no_room_in: budget }: Copies): readonly string[] {
  const counts = Object.entries(skipped).map(([why, count]) => `${why} ${count}`);
  return [
    ...(counts.length === 0 ? [] : [`Not copied or judged here: ${counts.join(", ")}.`]),
    ...(budget === null ? [] : [`The budget ${budget} has no room for copies now; its last tenth is for live calls.`]),
  ];
}

function judgedOf({ judged, judge_trouble: trouble }: Copies): readonly string[] {
  if (judged === null) return [];
  const said = describeJudged(judged);
  return [
    `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
    ...(trouble === null ? [] : [`The last pair that it made nothing of: ${trouble}.`]),
  ];
}

function answersOf({
  compared,
  exact,
  similarity,
  structured,
  new_structure,
  with_tools,
  other_tools,
  cut_by_tools,
}: Copies["answers"]): readonly string[] {
  if (compared === 0) return [];
  return [
    `Answers: ${percent(exact, compared)} the same, ${similarity === null ? "" : `${(100 * similarity).toFixed(0)} % alike in wording on average`}.`,
    ...(structured === 0 ? [] : [`JSON answers with other fields or types: ${new_structure} of ${structured}.`]),
    ...(with_tools === 0 ? [] : [`Answers with other tool calls: ${other_tools} of ${with_tools}.`]),
    ...(cut_by_tools === 0
      ? []
      : [`Ended at a tool call on one side alone: ${cut_by_tools}, which proves nothing of latency or cost.`]),
  ];
}

function rowOf({ stable, candidate, similarity, tools, excused }: Copies["recent"][number]): readonly string[] {
  const told = (side: typeof stable): string =>
    `${side.call}${side.failed ? " failed" : ""}${side.refused ? " refused" : ""}${side.invalid ? " invalid" : ""}`;
  const ms = (value: number | null): string => (value === null ? "-" : value.toFixed(0));
  const alike = excused ? "no evidence" : similarity === null ? "-" : `${(100 * similarity).toFixed(0)} %`;
  return [told(stable), told(candidate), ms(stable.latency_ms), ms(candidate.latency_ms), alike, tools ?? "-"];
}
