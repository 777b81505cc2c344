import type { z } from "zod";
import { reportPipeline, showPipeline } from "../contract/pipeline.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type View = z.output<typeof showPipeline.answer>;

interface ReportOptions {
  readonly stage: string;
  readonly state: string;
  readonly evidence?: string;
  readonly note?: string;
}

/** `rollward pipeline show|report`: the stages of a release on its way into an environment. */
export const pipeline: AddCommand = (program, line) => {
  const group = program.command("pipeline").description("the stages of a release on its way into an environment");
  group
    .command("show <release>")
    .description("where a release is: check, evaluate, integrate, approve, deploy, monitor; for example support-bot@8")
    .action(async (release: string) => {
      const view = await ask(line.connection(), showPipeline, { params: releaseOf(release) });
      line.say(line.json() ? JSON.stringify(view) : textOf(view));
      if (view.stages.some(({ state }) => state === "failed")) line.exitWith(2);
    });
  group
    .command("report <release>")
    .description("says how a stage stands that CI runs: check, evaluate or integrate")
    .requiredOption("--stage <stage>", "check, evaluate, integrate")
    .requiredOption("--state <state>", "running, passed, failed, skipped, waiting")
    .option("--evidence <url>", "where it can be looked at")
    .option("--note <text>", "a sentence for people")
    .action(async (release: string, { evidence, ...report }: ReportOptions) => {
      const view = await ask(line.connection(), reportPipeline, {
        params: releaseOf(release),
        body: { ...report, ...(evidence !== undefined && { url: evidence }) },
        written: { stage: "--stage", state: "--state", url: "--evidence", note: "--note" },
      });
      line.say(line.json() ? JSON.stringify(view) : textOf(view));
    });
};

function releaseOf(name: string): { readonly endpoint: string; readonly number: string } {
  const [endpoint = "", number = ""] = name.split("@");
  if (!/^\d{1,9}$/.test(number)) throw new CliError(`"${name}" is not a release.`, "Write it like support-bot@8.");
  return { endpoint, number };
}

function textOf({ release, digest, environment, stages }: View): string {
  const rows = stages.map(({ stage, state, since, by, note, url }) => [
    stage,
    state,
    since ?? "–",
    by ?? "–",
    [note, url].filter((one) => one !== null).join(" "),
  ]);
  const table = formatTable([["stage", "state", "since", "by", "evidence"], ...rows]);
  return `${release} (${digest.slice(0, 12)}) in ${environment}\n\n${table}`;
}
