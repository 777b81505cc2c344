import { existsSync } from "node:fs";
import { copyFile, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { BUNDLED_CATALOGUE } from "../contract/catalogue/bundled.ts";
import { compareCatalogues, isLater } from "../contract/catalogue/compare-catalogues.ts";
import type { CatalogueChanges } from "../contract/catalogue/compare-catalogues.ts";
import { MAX_CATALOGUE_LENGTH, readCatalogue } from "../contract/catalogue/read-catalogue.ts";
import type { Catalogue } from "../contract/catalogue/schema.ts";
import { CliError } from "./ask.ts";

/** How long a catalogue may take to come. */
const FETCH_MS = 30_000;

/** What an update did. */
export interface CatalogueUpdate {
  readonly version: string;
  /** Version of the catalogue that was there; `null` when there was none that could be read. */
  readonly before: string | null;
  readonly changes: CatalogueChanges;
  /** Where the catalogue before lies now; `null` when there was none. */
  readonly kept: string | null;
}

/**
 * Writes a catalogue into `to` after it was checked whole: from a file or an https address, or the one that comes
 * with Rollward. The one that was there is kept beside it as `.previous.json`; on any mistake nothing is changed.
 */
export async function updateCatalogue({
  from,
  to,
}: {
  readonly from: string | null;
  readonly to: string;
}): Promise<CatalogueUpdate> {
  const next = from === null ? BUNDLED_CATALOGUE : parsed(from, await textFrom(from));
  const present = existsSync(to) ? readCatalogue(await readFile(to, "utf8")) : null;
  const before = present !== null && "catalogue" in present ? present.catalogue : null;
  if (before !== null && !isLater(next.version, before.version)) {
    const help = "A catalogue is replaced by a later version only. To go back, copy the file that was kept.";
    throw new CliError(`${to} has the version ${before.version} already; ${next.version} is not later.`, help);
  }
  const kept = before === null ? null : to.replace(/(?:\.json)?$/, ".previous.json");
  if (kept !== null) await copyFile(to, kept);
  await writeWhole(to, `${JSON.stringify(next, null, 2)}\n`);
  const changes = compareCatalogues(before ?? { version: next.version, models: [] }, next);
  return { version: next.version, before: before?.version ?? null, changes, kept };
}

/** A catalogue in a file, or the one that comes with Rollward. */
export async function catalogueIn(file: string | null): Promise<Catalogue> {
  return file === null ? BUNDLED_CATALOGUE : parsed(file, await textFrom(file));
}

function parsed(from: string, text: string): Catalogue {
  const read = readCatalogue(text);
  if ("catalogue" in read) return read.catalogue;
  throw new CliError(`The catalogue ${from} cannot be used: ${read.reason}.`, "Nothing was changed.");
}

async function textFrom(from: string): Promise<string> {
  if (from.startsWith("http://")) throw new CliError("A catalogue is fetched over https only.", "Nothing was changed.");
  if (from.startsWith("https://")) return fetched(from);
  try {
    return await readFile(from, "utf8");
  } catch {
    throw new CliError(`The file ${from} cannot be read.`, "Check the path and its permissions.");
  }
}

async function fetched(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(FETCH_MS) });
    if (!answer.ok) throw new CliError(`${url} answered ${answer.status}.`, "Nothing was changed.");
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of answer.body ?? []) {
      length += chunk.length;
      // Texts are at least as long in bytes as in characters, so more than this cannot be one.
      if (length > 4 * MAX_CATALOGUE_LENGTH) throw new CliError(`${url} is too large.`, "Nothing was changed.");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${url} could not be fetched.`, "Nothing was changed.");
  }
}

/** A crash leaves the old file or the new one, never half of one. */
async function writeWhole(to: string, text: string): Promise<void> {
  const temporary = `${to}.new`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, to);
  } catch {
    throw new CliError(`${to} cannot be written.`, `Check that the directory ${dirname(to)} is there and writable.`);
  }
}
