import { dirname } from "node:path";
import type { z } from "zod";
import { findDrift } from "../contract/drift.ts";
import type { driftView } from "../contract/drift.ts";
import type { AddCommand } from "./command-line.ts";
import { originOf } from "./origin-of.ts";
import { sendFiles } from "./send-project.ts";
import { formatLastApply } from "./format-origin.ts";

/** `rollward drift`: what differs between the repository and the server; exit code 2 when something does. */
export const drift: AddCommand = (program, line) => {
  program
    .command("drift")
    .description("shows what differs between the repository and the server: rollbacks, overrides, what was not applied")
    .argument("[file]", "the project's main file", "rollward.yaml")
    .action(async (file: string) => {
      const origin = await originOf({}, { environment: line.environment, directory: dirname(file) });
      const answer = await sendFiles(line.connection(), file, {
        route: findDrift,
        bodyOf: (files) => ({ ...files, origin }),
      });
      line.say(line.json() ? JSON.stringify(answer) : textOf(answer));
      if (answer.mistakes.length > 0) line.exitWith(1);
      else if (answer.drifted) line.exitWith(2);
    });
};

type Answer = z.output<typeof findDrift.answer>;

function textOf({ environment, drift: found, last_apply: last, mistakes }: Answer): string {
  if (mistakes.length > 0)
    return mistakes.map((one) => `${one.file}:${one.line}:${one.column}  ${one.message}\n    ${one.fix}`).join("\n");
  const applied = last === null ? `Nothing was applied in ${environment} yet.` : formatLastApply(last);
  if (found.length === 0) return `No drift: ${environment} has what the repository has.\n${applied}`;
  return [...found.map(driftText), "", applied].join("\n");
}

function driftText({ kind, what, by, why, at }: z.output<typeof driftView>): string {
  const who = by === null ? "" : `\n    by ${by}${at === null ? "" : ` at ${at}`}${why === null ? "" : `: ${why}`}`;
  return `${kind}: ${what}${who}`;
}
