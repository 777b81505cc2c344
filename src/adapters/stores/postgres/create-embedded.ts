import { PGlite } from "@electric-sql/pglite";
import { DurableFiles } from "./durable-files.ts";
import { embeddedOptions, lastWordsIn } from "./embedded-options.ts";

/** Why the program failed; sent to the parent before it ends. */
export interface CreateEmbeddedFailure {
  readonly reason: string;
}

/**
 * A program: makes a new database in the directory that is its argument. It takes a gigabyte of memory for two
 * seconds, most of which a thread would leave behind in the process.
 */
async function createEmbedded(dataDir: string): Promise<void> {
  let lastWords: string | null = null;
  const listen = (text: string): void => void (lastWords = lastWordsIn(text) ?? lastWords);
  try {
    const db = await PGlite.create(embeddedOptions(new DurableFiles(dataDir), listen));
    await db.close();
    process.exit(0);
  } catch (error) {
    const reason: string = lastWords ?? (error instanceof Error ? error.message : String(error));
    process.send?.({ reason } satisfies CreateEmbeddedFailure, () => process.exit(1));
  }
}

// The parent is gone: nobody will use what is made here.
process.once("disconnect", () => process.exit(1));
await createEmbedded(process.argv[2] ?? "");
