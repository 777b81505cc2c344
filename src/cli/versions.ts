import type { Command } from "commander";
import type { z } from "zod";
import { listUses, listVersions, showVersion } from "../contract/versions.ts";
import type { versionDetail } from "../contract/versions.ts";
import { ask } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Kind = "prompt" | "model" | "tool";

/** `rollward prompts|models|tools list|show|uses`. A model says no more than its name. */
export const versions: AddCommand = (program, line) => {
  const prompt = { kind: "prompt", example: "support-bot/system@3" } as const;
  addShow(addVersions(program, line, prompt), line, prompt);
  addVersions(program, line, { kind: "model", example: "openai/gpt-5@2025-08-07" });
  const tool = { kind: "tool", example: "lookup_order@2" } as const;
  addShow(addVersions(program, line, tool), line, tool);
};

interface Noun {
  readonly kind: Kind;
  readonly example: string;
}

const MOST = 1_000;

function addVersions(program: Command, line: CommandLine, { kind, example }: Noun): Command {
  const group = program.command(`${kind}s`).description(`versions of ${kind}s, and the releases that use them`);
  group
    .command("list [name]")
    .description(`versions by name, newest first; of one ${kind} when it is named`)
    .action(async (name: string | undefined) => {
      const { data } = await ask(line.connection(), listVersions, { query: { kind, name, limit: MOST } });
      const rows = data.map((one) => [one.version, one.digest.slice(0, 12), one.created_at]);
      line.say(line.json() ? JSON.stringify(data) : formatTable([["version", "digest", "first used"], ...rows]));
    });
  group
    .command(`uses <${kind}>`)
    .description(`the releases that use a version, for example ${example}, or any version of a ${kind}`)
    .action(async (version: string) => {
      const answer = await ask(line.connection(), listUses, {
        query: { kind, version, limit: MOST },
        written: { version: `The ${kind}` },
      });
      line.say(line.json() ? JSON.stringify(answer) : usesText(answer));
    });
  return group;
}

function addShow(group: Command, line: CommandLine, { kind, example }: Noun): void {
  group
    .command(`show <${kind}>`)
    .description(`one version with its content, for example ${example}; the newest when no version is named`)
    .action(async (version: string) => {
      const found = await ask(line.connection(), showVersion, { query: { kind, version } });
      line.say(line.json() ? JSON.stringify(found) : detailText(found));
    });
}

function usesText({ data, retiring }: z.output<typeof listUses.answer>): string {
  const rows = data.map(({ release, version, where }) => [release, version, where.join(", ") || "–"]);
  const table = formatTable([["release", "uses", "serves"], ...rows]);
  return [table, ...retiring.map(({ words }) => `warning: ${words}`)].join("\n\n");
}

interface PromptShape {
  readonly messages?: readonly { readonly role: string; readonly template: string }[];
}

function detailText({ version, digest, created_at: at, content }: z.output<typeof versionDetail>): string {
  const head = `${version}  ${digest.slice(0, 12)}  first used ${at}`;
  const { messages } = content as PromptShape;
  if (messages === undefined) return `${head}\n\n${JSON.stringify(content, null, 2)}`;
  return [head, ...messages.map(({ role, template }) => `[${role}]\n${template}`)].join("\n\n");
}
