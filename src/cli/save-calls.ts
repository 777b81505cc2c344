import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exportCalls } from "../contract/calls.ts";
import { CliError, failure, send } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";

/** What a file has already. */
interface Begun {
  /** Id of its last whole call. */
  readonly last: string | null;
  readonly lines: number;
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number;
}

/** Writes all calls of a filter into a file, oldest first. Where the file has some already it goes on after the last one. */
export async function saveCalls(
  line: CommandLine,
  file: string,
  query: Readonly<Record<string, string>>,
): Promise<void> {
  const begun = await readBegun(file);
  if (begun.bytes > 0) await truncate(file, begun.bytes);
  const connection = line.connection();
  const { environment = null } = connection;
  const asked = new URLSearchParams({
    ...query,
    ...(environment !== null && { environment }),
    ...(begun.last !== null && { after: begun.last }),
  });
  const response = await send(connection, { method: "GET", path: `${exportCalls.path}?${asked.toString()}` });
  if (!response.ok || response.body === null) throw failure(response.status, await response.text());
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file, { flags: "a" }));
  } catch {
    throw new CliError(
      "The connection broke before the end.",
      "Run the same command again: it goes on where it stopped.",
      true,
    );
  }
  const { lines } = await readBegun(file);
  const news = { file, calls: lines, new: lines - begun.lines };
  line.say(line.json() ? JSON.stringify(news) : `${file}: ${lines} calls, ${news.new} of them new`);
}

async function readBegun(file: string): Promise<Begun> {
  if (!existsSync(file)) return { last: null, lines: 0, bytes: 0 };
  let begun: Begun = { last: null, lines: 0, bytes: 0 };
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const last = idIn(text);
    // A line that broke off is cut away and comes again.
    if (last === null) break;
    begun = { last, lines: begun.lines + 1, bytes: begun.bytes + Buffer.byteLength(text) + 1 };
  }
  return begun;
}

function idIn(text: string): string | null {
  try {
    const { id } = JSON.parse(text) as { readonly id?: unknown };
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
}
