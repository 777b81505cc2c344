import { pathToFileURL } from "node:url";
import { availableParallelism } from "node:os";
import { isAbsolute } from "node:path";
import { NoAnswer, answerQuestion } from "./answer.ts";
import type { AnswerTerms } from "./answer.ts";
import type { LlamaChat, LlamaLibrary } from "./llama-library.ts";
import type { GgufNews, GgufOrder } from "./question.ts";

/** What a process is started with, as JSON in its first argument. */
export interface GgufProcess {
  readonly library: string;
  readonly file: string;
  readonly contextTokens: number;
  readonly parallel: number;
  /** 0 is one less than there are processors. */
  readonly threads: number;
}

/** The library's threads wait for each other in busy loops; on a processor that others need they starve. */
const threadsOf = (asked: number): number => (asked > 0 ? asked : Math.max(1, availableParallelism() - 1));

/**
 * The process of one model: it answers questions of its parent until the parent goes. A fault of the native
 * library ends this process and not the server.
 */
async function run(start: GgufProcess): Promise<void> {
  const tell = (news: GgufNews): void => void process.send?.(news);
  const made = await open(start);
  if (typeof made === "string") return tell({ type: "unusable", reason: made });
  const free = [...made.chats];
  const lines = new Map<number, AbortController>();
  const waiting: Extract<GgufOrder, { type: "ask" }>[] = [];

  const serve = (): void => {
    const order = waiting.shift();
    const chat = order === undefined ? undefined : free.pop();
    if (order === undefined) return;
    if (chat === undefined) return void waiting.unshift(order);
    const signal = (lines.get(order.id) ?? new AbortController()).signal;
    answerQuestion(order.id, order.question, { ...made.terms, chat, signal, tell })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        tell({
          type: "trouble",
          id: order.id,
          trouble: error instanceof NoAnswer ? error.trouble : { code: "failed" },
        });
      })
      .finally(() => {
        lines.delete(order.id);
        free.push(chat);
        serve();
      });
    serve();
  };

  process.on("message", (order: GgufOrder) => {
    if (order.type === "ask") {
      lines.set(order.id, new AbortController());
      waiting.push(order);
      return serve();
    }
    lines.get(order.id)?.abort();
    const place = waiting.findIndex(({ id }) => id === order.id);
    if (place >= 0) waiting.splice(place, 1);
  });
  tell({ type: "ready" });
}

interface Made {
  readonly terms: Omit<AnswerTerms, "chat" | "signal" | "tell">;
  readonly chats: readonly LlamaChat[];
}

async function open({
  library,
  file,
  contextTokens,
  parallel,
  threads,
}: GgufProcess): Promise<Made | "absent" | "file"> {
  let llamaLibrary: LlamaLibrary;
  try {
    llamaLibrary = (await import(isAbsolute(library) ? pathToFileURL(library).href : library)) as LlamaLibrary;
  } catch {
    return "absent";
  }
  try {
    const llama = await llamaLibrary.getLlama({
      logLevel: "error",
      build: "never",
      maxThreads: threadsOf(threads),
    });
    const model = await llama.loadModel({ modelPath: file });
    const context = await model.createContext({
      contextSize: contextTokens,
      sequences: parallel,
      threads: threadsOf(threads),
    });
    const chats = Array.from(
      { length: parallel },
      () => new llamaLibrary.LlamaChat({ contextSequence: context.getSequence() }),
    );
    return { terms: { llama, model, contextTokens: context.contextSize }, chats };
  } catch {
    return "file";
  }
}

process.on("disconnect", () => process.exit(0));
void run(JSON.parse(process.argv[2] ?? "{}") as GgufProcess);
