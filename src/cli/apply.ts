import { dirname } from "node:path";
import type { Command } from "commander";
import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";
import { parseDurationMs } from "../kit/duration.ts";
import { CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatApply } from "./format-apply.ts";
import type { AgainCommand } from "./format-apply.ts";
import { originOf } from "./origin-of.ts";
import type { WrittenOrigin } from "./origin-of.ts";
import { planMarkdown } from "./plan-markdown.ts";
import { sendProject } from "./send-project.ts";
import { waitForRollouts } from "./wait-for-rollouts.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;

/** Read when no file is named. */
const DEFAULT_FILE = "rollward.yaml";

const FORMATS = ["text", "markdown", "json"] as const;

type Format = (typeof FORMATS)[number];

interface ApplyOptions extends WrittenOrigin {
  readonly plan?: boolean;
  readonly again?: boolean;
  readonly endpoint?: readonly string[];
  readonly format?: string;
  readonly wait?: boolean;
  readonly timeout: string;
}

/** `rollward apply`: freezes what changed into releases and opens rollouts. */
export const apply: AddCommand = (program, line) => {
  const command = program
    .command("apply")
    .description("applies a project, rollward.yaml unless named: freezes releases and opens rollouts")
    .argument("[file]", "the project's main file", DEFAULT_FILE)
    .option("--plan", "only say what would change, as `rollward diff` does")
    .option(
      "--again",
      "begin releases again that were rolled back or aborted, or lost their A/B test; they are held back otherwise",
    )
    .option("--endpoint <name>", "with --again: only of this endpoint; may be given several times", gathered)
    .option("--format <format>", FORMAT_HELP)
    .option("--wait", "wait until every rollout that this opens has ended, and end by how they did")
    .option("--timeout <duration>", "how long to wait, for example 45m or 2d", "1h");
  addOriginOptions(command).action(async (file: string, options: ApplyOptions) => {
    const format = formatOf(line, options.format);
    const again = againOf(options);
    if (options.plan === true) return plan(line, { file, format, origin: options, again });
    const waitMs = waitMsOf(options);
    const origin = await originOf(options, { environment: line.environment, directory: dirname(file) });
    const answer = await sendProject(line.connection(), { path: file, dryRun: false, origin, again });
    report(line, answer, { format, file });
    if (answer.mistakes.length > 0) return line.exitWith(1);
    if (waitMs !== null) line.exitWith(await waitForRollouts(line, { answer, waitMs, isQuiet: format !== "text" }));
  });
};

/** `rollward diff`: what `apply` would change; exit code 2 when there is something. */
export const diff: AddCommand = (program, line) => {
  program
    .command("diff")
    .description("shows what `rollward apply` would change; reads rollward.yaml unless named")
    .argument("[file]", "the project's main file", DEFAULT_FILE)
    .option("--format <format>", FORMAT_HELP)
    .action((file: string, options: { format?: string }) =>
      plan(line, { file, format: formatOf(line, options.format), origin: {}, again: false }),
    );
};

/** Values of an option that may be given several times. */
const gathered = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Which releases are begun again. Throws `CliError` for endpoints that are named for nothing. */
function againOf({ again = false, endpoint }: ApplyOptions): boolean | readonly string[] {
  if (endpoint === undefined) return again;
  if (again) return endpoint;
  throw new CliError("--endpoint goes with --again.", "A project is always applied whole; leave --endpoint out.");
}

const FORMAT_HELP = "text, markdown (for a comment on a pull request) or json";

/** Facts of a release that no file says; what is not written is read from the CI's variables or from git. */
function addOriginOptions(command: Command): Command {
  return command
    .option("--commit <hash>", "the commit that is applied")
    .option("--branch <name>", "its branch")
    .option("--author <name>", "who wrote it")
    .option("--pull-request <number>", "number or address of the pull or merge request")
    .option("--repository <address>", "where it is kept")
    .option("--data-set <reference>", "what it was evaluated with")
    .option("--eval-run <reference>", "the run of that evaluation");
}

function waitMsOf({ wait, timeout }: ApplyOptions): number | null {
  const timeoutMs = parseDurationMs(timeout) ?? 0;
  if (timeoutMs <= 0) throw new CliError(`--timeout ${timeout} is no duration.`, "Write it like 45m, 2h or 1d.");
  return wait === true ? timeoutMs : null;
}

function formatOf(line: CommandLine, asked: string | undefined): Format {
  if (asked === undefined) return line.json() ? "json" : "text";
  const format = FORMATS.find((one) => one === asked);
  if (format === undefined) throw new CliError(`--format ${asked} is none.`, `There are ${FORMATS.join(", ")}.`);
  return format;
}

interface PlanTerms {
  readonly file: string;
  readonly format: Format;
  readonly origin: WrittenOrigin;
  readonly again: boolean | readonly string[];
}

async function plan(line: CommandLine, { file, format, origin: written, again }: PlanTerms): Promise<void> {
  const origin = await originOf(written, { environment: line.environment, directory: dirname(file) });
  const answer = await sendProject(line.connection(), { path: file, dryRun: true, origin, again });
  report(line, answer, { format, file });
  if (answer.mistakes.length > 0) line.exitWith(1);
  else if (changesSomething(answer)) line.exitWith(2);
}

/** What is held back changes nothing: nobody has to look at it again with every pull request. */
const changesSomething = ({ project, endpoints }: ApplyAnswer): boolean =>
  [...endpoints, ...(project === undefined ? [] : [project])].some(
    ({ outcome }) => outcome !== "unchanged" && outcome !== "held_back",
  );

/** Writes the answer; that something was left out is also said where a program that reads the answer does not look. */
function report(line: CommandLine, answer: ApplyAnswer, { format, file }: Pick<PlanTerms, "format" | "file">): void {
  const again = againCommand(line, file);
  if (format === "json") line.say(JSON.stringify(answer));
  else line.say(format === "markdown" ? planMarkdown(answer, again).trimEnd() : formatApply(answer, again));
  for (const { release, how } of answer.held_back ?? []) {
    const left = answer.applied ? "was left out" : "would be left out";
    line.warn(`warning: ${release} ${left}: it ${HOW[how]}, and nobody said --again.`);
  }
}

const HOW = { rolled_back: "was rolled back", aborted: "was aborted", lost: "lost its A/B test" } as const;

/** The command that begins a release again, as it is written for these files and this environment. */
function againCommand(line: CommandLine, file: string): AgainCommand {
  const { environment = null, isInsisted = false } = line.connection();
  const words = [
    "rollward apply",
    ...(file === DEFAULT_FILE ? [] : [/^[\w./-]+$/.test(file) ? file : JSON.stringify(file)]),
    ...(isInsisted && environment !== null ? [`--environment ${environment}`] : []),
  ];
  return (endpoint) => `${words.join(" ")} --again --endpoint ${endpoint}`;
}
