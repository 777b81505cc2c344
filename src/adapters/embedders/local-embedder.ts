import { Worker } from "node:worker_threads";
import { RollwardError } from "../../domain/errors.ts";
import { unitVector } from "../../kit/nearest-vectors.ts";
import type { Clock } from "../../ports/clock.ts";
import { MOST_EMBEDDED, MOST_TEXTS } from "../../ports/embedder.ts";
import type { Embedder } from "../../ports/embedder.ts";
import { EmbedQueue } from "./embed-queue.ts";
import type { Waiting } from "./embed-queue.ts";

/** Texts for the thread to embed. */
export interface EmbedTask {
  readonly number: number;
  readonly texts: readonly string[];
}

/** What became of a task: the vectors one after the other, or why there are none. */
export type EmbedNews =
  | { readonly number: number; readonly vectors: Float32Array }
  | { readonly number: number; readonly error: string };

/** How the local model is run. */
export interface LocalEmbedderTerms {
  readonly clock: Clock;
  /** Texts that may wait. Default 512. */
  readonly queue?: number;
  /** The thread's file, for tests. */
  readonly worker?: URL;
}

const NAME = "use-lite";
const DIMENSION = 512;
const DEFAULT_QUEUE = 512;

/** A batch that takes longer than this has lost its thread, ms: the largest takes some eight seconds of a processor. */
const STUCK_MS = 60_000;
/** Waits before a thread that failed is started again, ms; doubled each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/**
 * The heap needs 20 MB beside the weights, which lie outside it; a thread that wants far more is ended before the server is. Left
 * alone, Node would let short-lived vectors take another 150 MB before it looked at them.
 */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

/**
 * USE-lite (Universal Sentence Encoder, English, 512 dimensions, Apache-2.0) in a thread of its own that begins when it is
 * first needed. Nothing is fetched: the weights lie in the package. A thread that dies or hangs rejects what it had, and
 * the next call starts another one.
 */
export const createLocalEmbedder = (terms: LocalEmbedderTerms): Embedder => new LocalEmbedder(terms);

class LocalEmbedder implements Embedder {
  readonly id = `${NAME}/${DIMENSION}`;
  readonly dimension = DIMENSION;
  readonly #clock: Clock;
  readonly #file: URL;
  readonly #queue: EmbedQueue;
  #worker: Worker | null = null;
  #underWay: { readonly number: number; readonly batch: readonly Waiting[]; readonly cancel: () => void } | null = null;
  #number = 0;
  #failures = 0;
  #notBefore = 0;
  #isClosed = false;

  constructor({ clock, queue = DEFAULT_QUEUE, worker }: LocalEmbedderTerms) {
    this.#clock = clock;
    this.#file = worker ?? new URL("./local-embedder-worker.ts", import.meta.url);
    this.#queue = new EmbedQueue(queue);
  }

  embed(texts: readonly string[], deadlineMs: number): Promise<readonly Float32Array[]> {
    if (texts.length === 0) return Promise.resolve([]);
    if (texts.length > MOST_TEXTS) return Promise.reject(refusal(`more than ${MOST_TEXTS} texts at once`));
    if (this.#isClosed) return Promise.reject(refusal("it is closed"));
    if (this.#worker === null && this.#clock.elapsed() < this.#notBefore) {
      return Promise.reject(refusal("its thread has just failed"));
    }
    const answer = Promise.withResolvers<readonly Float32Array[]>();
    const waiting: Waiting = { texts: texts.map(embeddable), answer };
    if (!this.#queue.offer(waiting)) return Promise.reject(refusal("too many texts wait already"));
    const cancel = this.#clock.after(deadlineMs, () => {
      this.#queue.drop(waiting);
      answer.reject(new RollwardError("provider_timeout", { provider: NAME, phase: "embedding", limitMs: deadlineMs }));
    });
    this.#next();
    return answer.promise.finally(cancel);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#gone("it is closed");
    await worker?.terminate();
  }

  /** Hands the thread its next batch, unless it has one. */
  #next(): void {
    if (this.#underWay !== null) return;
    const batch = this.#queue.take();
    if (batch.length === 0) {
      // An idle thread keeps no process alive.
      this.#worker?.unref();
      return;
    }
    const worker = this.#running();
    this.#number += 1;
    const number = this.#number;
    const cancel = this.#clock.after(STUCK_MS, () => this.#lose(worker, "its thread hangs"));
    this.#underWay = { number, batch, cancel };
    worker.ref();
    worker.postMessage({ number, texts: batch.flatMap(({ texts }) => texts) } satisfies EmbedTask);
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#file, { execArgv: [], resourceLimits: HEAP });
    let reason = "its thread has ended";
    worker.on("message", (news: EmbedNews) => this.#hear(news));
    // Without a listener what nobody catches there would end the whole process.
    worker.on("error", (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once("exit", () => this.#lose(worker, reason));
    this.#worker = worker;
    return worker;
  }

  #hear(news: EmbedNews): void {
    const underWay = this.#underWay;
    if (underWay?.number !== news.number) return;
    underWay.cancel();
    this.#underWay = null;
    if ("error" in news) for (const { answer } of underWay.batch) answer.reject(badAnswer(news.error));
    else {
      this.#failures = 0;
      handOut(underWay.batch, news.vectors);
    }
    this.#next();
  }

  /** Gives a thread up, once. */
  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#gone(reason);
    this.#notBefore = this.#clock.elapsed() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    void worker.terminate();
  }

  #gone(reason: string): void {
    this.#worker = null;
    this.#underWay?.cancel();
    const lost = [...(this.#underWay?.batch ?? []), ...this.#queue.empty()];
    this.#underWay = null;
    for (const { answer } of lost) answer.reject(refusal(reason));
  }
}

/** The library cannot take a text without anything in it. */
const embeddable = (text: string): string => (text === "" ? " " : text.slice(0, MOST_EMBEDDED));

/** Gives each of a batch its own vectors. */
function handOut(batch: readonly Waiting[], vectors: Float32Array): void {
  let row = 0;
  for (const { texts, answer } of batch) {
    const own = texts.map((_, at) =>
      unitVector(vectors.subarray((row + at) * DIMENSION, (row + at + 1) * DIMENSION), DIMENSION),
    );
    row += texts.length;
    if (own.every((vector) => vector !== null)) answer.resolve(own);
    else answer.reject(badAnswer("a vector without a direction"));
  }
}

const refusal = (reason: string): RollwardError =>
  new RollwardError("provider_unreachable", { provider: NAME, reason });

const badAnswer = (reason: string): RollwardError =>
  new RollwardError("provider_bad_answer", { provider: NAME, reason });
