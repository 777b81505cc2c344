import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { showRelease } from "../contract/endpoints.ts";
import { importRelease } from "../contract/promotions.ts";
import { ask, CliError } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";

/** `rollward releases export|import`: a release as a file, to be carried from one server to another. */
export function addReleaseFiles(group: Command, line: CommandLine): void {
  group
    .command("export <release>")
    .description("writes a release with its digest as JSON, for example support-bot@8")
    .option("-o, --output <file>", "a file in place of the standard output")
    .action(async (name: string, { output }: { readonly output?: string }) => {
      const text = `${JSON.stringify(await documentOf(line, name), null, 2)}\n`;
      if (output === undefined) return line.say(text.trimEnd());
      await writeFile(output, text).catch(() => {
        throw new CliError(`${output} cannot be written.`, "Check the directory and its permissions.");
      });
      line.say(line.json() ? JSON.stringify({ written: output }) : `${name} was written to ${output}.`);
    });
  group
    .command("import <file>")
    .description("keeps a release that was exported; its digest is compared, and nothing serves it yet")
    .action(async (file: string) => {
      const { environment: _meant, ...connection } = line.connection();
      const { release, created } = await ask(connection, importRelease, { body: await readDocument(file) });
      const words = created ? "was imported" : "was here already";
      line.say(
        line.json()
          ? JSON.stringify({ release, created })
          : `${release.name} (${release.digest.slice(0, 12)}) ${words}.`,
      );
    });
}

async function documentOf(line: CommandLine, name: string): Promise<object> {
  const [endpoint = "", number = ""] = name.split("@");
  if (!/^\d{1,9}$/.test(number)) throw new CliError(`"${name}" is not a release.`, "Write it like support-bot@8.");
  const {
    digest,
    author,
    created_at,
    content,
    name: known,
  } = await ask(line.connection(), showRelease, {
    params: { endpoint, number },
  });
  return { format: "rollward.release-file/1", name: known, digest, author, created_at, content };
}

async function readDocument(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new CliError(`${file} ${why}.`, "It is made by `rollward releases export support-bot@8 --output FILE`.");
  }
}
