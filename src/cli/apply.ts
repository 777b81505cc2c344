import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { sendProject } from "./send-project.ts";

/** Read when no file is named. */
const DEFAULT_FILE = "rollward.yaml";

/** `rollward apply`: freezes what changed into releases and opens rollouts. */
export const apply: AddCommand = (program, line) => {
  program
    .command("apply")
    .description("applies a project, rollward.yaml unless named: freezes releases and opens rollouts")
    .argument("[file]", "the project's main file", DEFAULT_FILE)
    .action(async (file: string) => {
      report(line, await sendProject(line.connection(), { path: file, dryRun: false }));
    });
};

/** `rollward diff`: what `apply` would change; exit code 2 when there is something. */
export const diff: AddCommand = (program, line) => {
  program
    .command("diff")
    .description("shows what `rollward apply` would change; reads rollward.yaml unless named")
    .argument("[file]", "the project's main file", DEFAULT_FILE)
    .action(async (file: string) => {
      const answer = await sendProject(line.connection(), { path: file, dryRun: true });
      report(line, answer);
      if (answer.mistakes.length === 0 && changesSomething(answer)) line.exitWith(2);
    });
};

const changesSomething = ({ project, endpoints }: z.output<typeof applyAnswer>): boolean =>
  [...endpoints, ...(project === undefined ? [] : [project])].some(({ outcome }) => outcome !== "unchanged");

function report(line: CommandLine, answer: z.output<typeof applyAnswer>): void {
  if (line.json()) line.say(JSON.stringify(answer));
  else line.say(textOf(answer));
  if (answer.mistakes.length > 0) line.exitWith(1);
}

const OUTCOMES = {
  unchanged: "unchanged",
  first: "is the first release and serves at once",
  rollout: "goes out by rollout",
  queued: "is queued",
} as const;

function textOf(answer: z.output<typeof applyAnswer>): string {
  if (answer.mistakes.length > 0) {
    const lines = answer.mistakes.map((one) => `${one.file}:${one.line}:${one.column}  ${one.message}\n    ${one.fix}`);
    return [...lines, "", `${countOf(answer.mistakes.length, "mistake")}; nothing was applied.`].join("\n");
  }
  const project = answer.project === undefined ? [] : [projectText(answer.project)];
  const changes = answer.endpoints.map(changeText);
  const warnings = (answer.warnings ?? []).map((one) => `warning: ${one}`);
  return [...project, ...changes, ...warnings].join("\n\n");
}

const AROUND = {
  unchanged: "unchanged",
  first: "everything is new",
  changed: "changes at once, without a rollout",
} as const;

function projectText({ outcome, diff: changes }: NonNullable<z.output<typeof applyAnswer>["project"]>): string {
  const head = `project: ${AROUND[outcome]}`;
  return changes === "" ? head : `${head}\n${changes}`;
}

type Change = z.output<typeof applyAnswer>["endpoints"][number];

function changeText({ endpoint, release, outcome, rollout, waits_until: until, diff: changes }: Change): string {
  const does = until === null ? OUTCOMES[outcome] : `waits until ${until}`;
  const head = `${release ?? endpoint}: ${does}${rollout === null ? "" : ` (${rollout})`}`;
  return changes === "" ? head : `${head}\n${changes}`;
}

/** "1 mistake", "2 mistakes". */
const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
