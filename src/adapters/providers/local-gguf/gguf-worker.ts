import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RollwardError } from "../../../domain/errors.ts";
import type { GgufProcess } from "./gguf-process.ts";
import type { GgufNews, GgufOrder, GgufQuestion } from "./question.ts";

/** News of one question. */
export type AnswerNews = Exclude<GgufNews, { readonly type: "ready" | "unusable" }>;

/** Who waits for an answer. */
export interface Listener {
  news(news: AnswerNews): void;
  fail(error: RollwardError): void;
}

/** Loading a file of several gigabytes from a slow disk. */
const START_MS = 300_000;

/** The process of one model. It is started anew with the next question when it has died. */
export class GgufWorker {
  readonly #provider: string;
  readonly #start: GgufProcess;
  readonly #listeners = new Map<number, Listener>();
  #child: ChildProcess | null = null;
  #ready: Promise<void> | null = null;
  #last = 0;
  #closed = false;

  constructor(provider: string, start: GgufProcess) {
    this.#provider = provider;
    this.#start = start;
  }

  /** Resolves when the model is loaded. Throws `invalid_request` when the package or the file cannot be used. */
  ready(): Promise<void> {
    this.#ready ??= this.#open();
    return this.#ready;
  }

  /** Puts a question; the number stops it. */
  ask(question: GgufQuestion, listener: Listener): number {
    const id = (this.#last += 1);
    this.#listeners.set(id, listener);
    this.ready().then(
      () => this.#order({ type: "ask", id, question }),
      (error: unknown) => this.#fail(id, RollwardError.from(error)),
    );
    return id;
  }

  stop(id: number): void {
    if (this.#listeners.delete(id)) this.#order({ type: "abort", id });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  #open(): Promise<void> {
    const opened = Promise.withResolvers<void>();
    if (this.#closed) return Promise.reject(this.#gone());
    const { PATH, HOME, LD_LIBRARY_PATH } = process.env;
    const child = fork(fileURLToPath(new URL("./gguf-process.ts", import.meta.url)), [JSON.stringify(this.#start)], {
      // Keys of providers are none of its business.
      env: { PATH, HOME, LD_LIBRARY_PATH },
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child = child;
    const timer = setTimeout(() => child.kill("SIGKILL"), START_MS).unref();
    child.on("message", (news: GgufNews) => {
      if (news.type === "ready") opened.resolve();
      else if (news.type === "unusable") {
        opened.reject(this.#unusable(news.reason));
        child.kill("SIGKILL");
      } else this.#hear(news);
    });
    child.once("error", () => opened.reject(this.#gone()));
    child.once("exit", () => {
      clearTimeout(timer);
      opened.reject(this.#gone());
      this.#lost();
    });
    opened.promise.then(() => clearTimeout(timer)).catch(() => {});
    return opened.promise;
  }

  #hear(news: AnswerNews): void {
    const listener = this.#listeners.get(news.id);
    if (news.type === "end" || news.type === "trouble") this.#listeners.delete(news.id);
    listener?.news(news);
  }

  #lost(): void {
    this.#child = null;
    this.#ready = null;
    for (const id of this.#listeners.keys()) this.#fail(id, this.#gone());
  }

  #fail(id: number, error: RollwardError): void {
    const listener = this.#listeners.get(id);
    this.#listeners.delete(id);
    listener?.fail(error);
  }

  #order(order: GgufOrder): void {
    if (order.type === "ask" && !this.#listeners.has(order.id)) return;
    if (this.#child?.connected === true) this.#child.send(order);
  }

  #gone(): RollwardError {
    return new RollwardError("provider_cut", { provider: this.#provider, reason: "the process of the model ended" });
  }

  #unusable(reason: "absent" | "file"): RollwardError {
    const why =
      reason === "absent"
        ? "needs the package node-llama-cpp, which is not installed or does not fit this machine. Run `npm install node-llama-cpp` and start again."
        : `cannot load the model file ${this.#start.file}: it is not there, is no GGUF file, or does not fit into memory with its context.`;
    return new RollwardError("invalid_request", { reason: `The provider ${this.#provider} ${why}` });
  }
}
