import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalEmbedder } from "../../src/adapters/embedders/local-embedder.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";

const FOLDER = join(tmpdir(), "rollward-bench-semantic");
const AT_ONCE = 64;
const DEADLINE_MS = 60_000;

/** Vectors of texts, row after row. */
export interface Vectors {
  readonly dimension: number;
  readonly rows: Float32Array;
}

/** Embeds all texts with the local model. What was embedded before is read from a temporary folder. */
export async function embedAll(texts: readonly string[]): Promise<Vectors> {
  const embedder = createLocalEmbedder({ clock: systemClock });
  const { id, dimension } = embedder;
  const digest = createHash("sha256")
    .update(JSON.stringify([id, texts]))
    .digest("hex");
  const file = join(FOLDER, `${digest}.f32`);
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    return { dimension, rows: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
  }
  const rows = new Float32Array(texts.length * dimension);
  // Texts of about the same length together: the model fills each up to the longest.
  const places = texts
    .map((_, at) => at)
    .toSorted((one, other) => (texts[one]?.length ?? 0) - (texts[other]?.length ?? 0));
  for (let from = 0; from < places.length; from += AT_ONCE) {
    const some = places.slice(from, from + AT_ONCE);
    const vectors = await embedder.embed(
      some.map((at) => texts[at] ?? ""),
      DEADLINE_MS,
    );
    for (const [at, vector] of vectors.entries()) rows.set(vector, (some[at] ?? 0) * dimension);
  }
  await embedder.close();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${file}.part`, new Uint8Array(rows.buffer));
  renameSync(`${file}.part`, file);
  return { dimension, rows };
}
