import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { sendProject } from "./send-project.ts";

/** `rollward apply`: freezes what changed into releases and opens rollouts. */
export const apply: AddCommand = (program, line) => {
  program
    .command("apply [file]")
    .description("applies rollward.yaml: freezes releases and opens rollouts")
    .action(async (file = "rollward.yaml") => {
      report(line, await sendProject(line.connection(), { path: file, dryRun: false }));
    });
};

/** `rollward diff`: what `apply` would change; exit code 2 when there is something. */
export const diff: AddCommand = (program, line) => {
  program
    .command("diff [file]")
    .description("shows what `rollward apply` would change")
    .action(async (file = "rollward.yaml") => {
      const answer = await sendProject(line.connection(), { path: file, dryRun: true });
      report(line, answer);
      if (answer.mistakes.length === 0 && answer.endpoints.some(({ outcome }) => outcome !== "unchanged"))
        line.exitWith(2);
    });
};

function report(line: CommandLine, answer: z.output<typeof applyAnswer>): void {
  if (line.json()) line.say(JSON.stringify(answer));
  else line.say(textOf(answer));
  if (answer.mistakes.length > 0) line.exitWith(1);
}

const OUTCOMES = {
  unchanged: "unchanged",
  first: "is the first release and serves at once",
  rollout: "goes out by rollout",
  queued: "waits for the rollout under way",
} as const;

function textOf(answer: z.output<typeof applyAnswer>): string {
  if (answer.mistakes.length > 0) {
    const lines = answer.mistakes.map((one) => `${one.file}:${one.line}:${one.column}  ${one.message}\n    ${one.fix}`);
    return [...lines, "", `${answer.mistakes.length} mistake(s); nothing was applied.`].join("\n");
  }
  return answer.endpoints
    .map(({ endpoint, release, outcome, rollout, diff: changes }) => {
      const head = `${release ?? endpoint}: ${OUTCOMES[outcome]}${rollout === null ? "" : ` (${rollout})`}`;
      return changes === "" ? head : `${head}\n${changes}`;
    })
    .join("\n\n");
}
