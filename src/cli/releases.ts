import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { z } from "zod";
import { listReleases, showRelease } from "../contract/endpoints.ts";
import type { listedRelease } from "../contract/endpoints.ts";
import { showLineage } from "../contract/versions.ts";
import { diffReleasesRoute } from "../contract/release-diff.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatOrigin } from "./format-origin.ts";
import { formatReleaseDiff } from "./format-release-diff.ts";
import { formatTable } from "./format-table.ts";
import { addReleaseFiles } from "./release-files.ts";

/** `rollward releases list|show|lineage|diff|export|import`. */
export const releases: AddCommand = (program, line) => {
  const group = program.command("releases").description("immutable releases of an endpoint");
  group
    .command("list <endpoint>")
    .description("releases, newest first")
    .action(async (endpoint: string) => {
      const { data } = await ask(line.connection(), listReleases, { params: { endpoint }, query: { limit: 50 } });
      const rows = data.map((one) => [one.name, fateText(one), one.digest.slice(0, 12), one.created_at, one.author]);
      const head = ["release", "what became of it", "digest", "created", "author"];
      line.say(line.json() ? JSON.stringify(data) : formatTable([head, ...rows]));
    });
  group
    .command("show <release>")
    .description("one release with its content, for example support-bot@2")
    .action(async (name: string) => {
      const release = await ask(line.connection(), showRelease, { params: releaseOf(name) });
      line.say(JSON.stringify(release, null, line.json() ? 0 : 2));
      if (!line.json()) for (const { words } of release.retiring) line.say(`warning: ${words}`);
    });
  group
    .command("lineage <release>")
    .description("where a release comes from: commit, branch, author, pull request, evaluation, parents")
    .action(async (name: string) => {
      const answer = await ask(line.connection(), showLineage, { params: releaseOf(name) });
      line.say(line.json() ? JSON.stringify(answer) : lineageText(answer));
    });
  addDiff(group, line);
  addReleaseFiles(group, line);
};

/** "rolled back (harm)", "was stable". */
function fateText({ fate, outcome }: z.output<typeof listedRelease>): string {
  if (fate === null) return "not known";
  const words = fate === "unused" ? "never rolled out" : fate.replaceAll("_", " ");
  return outcome === null ? words : `${words} (${outcome === "command" ? "by hand" : outcome.replaceAll("_", " ")})`;
}

interface DiffOptions {
  readonly variables?: string;
  readonly call?: string;
}

function addDiff(group: Command, line: CommandLine): void {
  group
    .command("diff <before> <after>")
    .description("compares two releases: prompt, rendered sample, tools, parameters, policies, price")
    .option("--variables <file>", "values for the rendered sample: a JSON object of texts")
    .option("--call <id>", "a recorded call, to render with its own values")
    .action(async (before: string, after: string, { variables, call }: DiffOptions) => {
      const answer = await ask(line.connection(), diffReleasesRoute, {
        body: {
          before,
          after,
          ...(variables !== undefined && { variables: await readVariables(variables) }),
          ...(call !== undefined && { call }),
        },
        written: { before: before, after: after, variables: "--variables", call: "--call" },
      });
      line.say(line.json() ? JSON.stringify(answer) : formatReleaseDiff(answer));
    });
}

function releaseOf(name: string): { readonly endpoint: string; readonly number: string } {
  const [endpoint = "", number = ""] = name.split("@");
  if (!/^\d{1,9}$/.test(number)) throw new CliError(`"${name}" is not a release.`, "Write it like support-bot@2.");
  return { endpoint, number };
}

async function readVariables(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new CliError(`${file} ${why}.`, 'Write values by name: { "customer": "Ada" }');
  }
}

function lineageText({ release, digest, applications, ancestors }: z.output<typeof showLineage.answer>): string {
  const applied = applications.flatMap(({ at, by, environment, parent, origin, reason }) => [
    `${at}  ${reason === null ? "applied" : "brought"} in ${environment} by ${by}${parent === null ? "" : `, over ${parent}`}`,
    ...(reason === null ? [] : [`    ${reason}`]),
    ...originLines(origin),
  ]);
  const parents = ancestors.map((one) => `  ${one.release}  ${formatOrigin(one.origin)}`.trimEnd());
  return [
    `${release}  ${digest.slice(0, 12)}`,
    ...(applied.length === 0 ? ["Nobody noted where it comes from: it was made by an earlier version."] : applied),
    ...(parents.length === 0 ? [] : ["releases before it", ...parents]),
  ].join("\n");
}

type Origin = z.output<typeof showLineage.answer>["applications"][number]["origin"];

function originLines(origin: Origin): string[] {
  if (origin === null) return [];
  const facts = [
    formatOrigin(origin),
    origin.repository,
    origin.data_set === null ? null : `data set ${origin.data_set}`,
    origin.eval_run === null ? null : `eval run ${origin.eval_run}`,
  ];
  return facts.filter((fact) => fact !== null && fact !== "").map((fact) => `    ${fact}`);
}
