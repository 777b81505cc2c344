import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { z } from "zod";
import { explainRollout, exportRollout, replayRollout, showSigningKey } from "../contract/rollout-stories.ts";
import type { rolloutReplay, rolloutStory } from "../contract/rollout-stories.ts";
import { ask, CliError } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { verifyExport } from "./verify-export.ts";
import type { Verification } from "./verify-export.ts";

/** Finds the id of a rollout from what the person wrote. */
type IdOf = (line: CommandLine, name: string) => Promise<string>;

/** `rollward rollout explain|replay|export|verify|signing-key`. */
export function addRolloutStories(group: Command, line: CommandLine, idOf: IdOf): void {
  group
    .command("explain <endpoint-or-id>")
    .description("why it stopped, went on or came back, and what would change the answer")
    .action(async (name: string) => {
      const story = await ask(line.connection(), explainRollout, { params: { rollout: await idOf(line, name) } });
      line.say(line.json() ? JSON.stringify(story) : formatStory(story));
    });
  group
    .command("replay <endpoint-or-id>")
    .description("computes every decision again from the evidence journal; 1 when one comes out otherwise")
    .action(async (name: string) => {
      const replay = await ask(line.connection(), replayRollout, { params: { rollout: await idOf(line, name) } });
      line.say(line.json() ? JSON.stringify(replay) : formatReplay(replay));
      line.exitWith(isSound(replay) ? 0 : 1);
    });
  addExports(group, line, idOf);
}

function addExports(group: Command, line: CommandLine, idOf: IdOf): void {
  group
    .command("export <endpoint-or-id>")
    .description("plan, log, verdicts and counts of the evidence as a signed file")
    .requiredOption("-o, --out <file>", "where to write it (required)")
    .action(async (name: string, { out }: { out: string }) => {
      const document = await ask(line.connection(), exportRollout, { params: { rollout: await idOf(line, name) } });
      await writeFile(out, `${JSON.stringify(document, null, 2)}\n`, { flag: "wx" }).catch(refuse(out));
      const { key_id: keyId } = document.signature;
      line.say(
        line.json() ? JSON.stringify({ file: out, key_id: keyId }) : `Written to ${out}, signed by the key ${keyId}.`,
      );
    });
  group
    .command("verify <file>")
    .description("checks an exported file without a server; 1 when something in it was changed")
    .option("--key <key>", "the public key or its id that must have signed it, from `rollout signing-key`")
    .action(async (file: string, { key }: { key?: string }) => {
      const text = await readFile(file, "utf8").catch(() => {
        throw new CliError(`The file ${file} cannot be read.`);
      });
      const found = verifyExport(text, key ?? null);
      line.say(line.json() ? JSON.stringify(found) : formatVerification(found));
      line.exitWith(found.valid ? 0 : 1);
    });
  group
    .command("signing-key")
    .description("the public key that exports are signed with")
    .action(async () => {
      const key = await ask(line.connection(), showSigningKey);
      line.say(line.json() ? JSON.stringify(key) : `${key.algorithm} ${key.key_id}\n${key.public_key}`);
    });
}

const refuse =
  (file: string) =>
  (error: unknown): never => {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw new CliError(exists ? `The file ${file} is there already.` : `The file ${file} cannot be written.`);
  };

const isSound = ({ log, decisions }: z.output<typeof rolloutReplay>): boolean =>
  log.intact && decisions.every(({ result }) => result !== "differs");

/** The story as a person reads it: the paragraph, a line per metric, a line per event. */
function formatStory({ paragraph, metrics, history, told }: z.output<typeof rolloutStory>): string {
  const lines = history.map(({ at, line }) => `  ${at}  ${line}`);
  const people = told.length === 0 ? [] : [`Told how it goes: ${told.join("; ")}.`, ""];
  return [paragraph, "", ...people, ...metrics, ...(metrics.length === 0 ? [] : [""]), ...lines].join("\n");
}

function formatReplay({ log, decisions, engine }: z.output<typeof rolloutReplay>): string {
  const head = log.intact ? "The log is whole." : `The log is NOT whole: ${log.flaw}`;
  const by = `Computed again by ${engine}.`;
  if (decisions.length === 0) return `${head} ${by}\nNo decision rested on evidence.`;
  const rows = decisions.map(({ seq, at, facts, result, detail }) => [
    String(seq),
    at,
    facts.join(", "),
    detail === null ? result : `${result}: ${detail}`,
  ]);
  return `${head} ${by}\n${formatTable([["entry", "at", "decided", "again"], ...rows])}`;
}

function formatVerification({ valid, checks, key_id: keyId, isKeyGiven, isExport }: Verification): string {
  const lines = checks.map(
    ({ what, passed, detail }) => `${passed ? "ok    " : "FAILED"}  ${what}${detail === null ? "" : `: ${detail}`}`,
  );
  const trust = isKeyGiven
    ? ""
    : ` It says that the key ${keyId ?? "?"} signed it; compare that with \`rollward rollout signing-key\`, or pass --key.`;
  const said = valid
    ? `The file is as it was signed.${trust}`
    : isExport
      ? "The file is not what was signed: it was changed after it was exported, or another key signed it."
      : "This is no file of `rollward rollout export`, or so much of it was changed that it cannot be read as one.";
  return `${lines.join("\n")}\n${said}`;
}
