import { Worker } from "node:worker_threads";
import { isOfHeaders } from "./otlp-agent.ts";
import type { ExportNews, ExportOrder, ExportTask, SignalNews } from "./export-worker.ts";

/** Sends batches beside the request's way. */
export interface ExportThread {
  /** Sends what `joinItems` gave and makes it its own. Never rejects: a thread that ends is a receiver that is away. */
  send(order: ExportOrder, joined: Buffer<ArrayBuffer>): Promise<ExportNews>;
  close(): Promise<void>;
}

const STOP_MS = 2_000;

/** Variables that the thread may see: those of OpenTelemetry, for certificates and attributes of the resource; headers are in the order. */
const THEIRS = "OTEL_";

/**
 * A thread that makes spans of records, encodes and sends them: together that costs as much as serving a call does. It
 * begins with the first batch, and again after it ended.
 */
export function createExportThread(variables: Readonly<Record<string, string | undefined>>): ExportThread {
  return new WorkerThread(variables);
}

class WorkerThread implements ExportThread {
  readonly #env: Record<string, string | undefined>;
  readonly #waiting = new Map<number, PromiseWithResolvers<ExportNews>>();
  #worker: Worker | null = null;
  #order: ExportOrder | null = null;
  #number = 0;

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    const theirs = Object.entries(variables).filter(([name]) => name.startsWith(THEIRS) && !isOfHeaders(name));
    this.#env = Object.fromEntries(theirs);
  }

  send(order: ExportOrder, joined: Buffer<ArrayBuffer>): Promise<ExportNews> {
    const answer = Promise.withResolvers<ExportNews>();
    const worker = this.#running();
    if (this.#order !== order) {
      this.#order = order;
      worker.postMessage({ type: "order", order } satisfies ExportTask);
    }
    this.#number += 1;
    this.#waiting.set(this.#number, answer);
    const task: ExportTask = { type: "send", number: this.#number, joined };
    worker.ref();
    worker.postMessage(task, [joined.buffer]);
    return answer.promise;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage({ type: "stop" } satisfies ExportTask);
    const timer = setTimeout(() => void worker.terminate(), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL("./export-worker.ts", import.meta.url), { env: this.#env, execArgv: [] });
    let reason = "the thread that sends traces has ended";
    worker.on("message", (news: ExportNews) => this.#hear(news));
    // Without a listener what nobody catches there would end the whole process.
    worker.on("error", (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once("exit", () => this.#gone(reason));
    this.#worker = worker;
    this.#order = null;
    return worker;
  }

  #hear(news: ExportNews): void {
    const answer = this.#waiting.get(news.number);
    this.#waiting.delete(news.number);
    // An idle thread keeps no process alive.
    if (this.#waiting.size === 0) this.#worker?.unref();
    answer?.resolve(news);
  }

  #gone(reason: string): void {
    this.#worker = null;
    const away: SignalNews = { outcome: "away", sent: 0, rejected: 0, reason };
    for (const [number, { resolve }] of this.#waiting) resolve({ number, spans: away, scores: away });
    this.#waiting.clear();
  }
}
