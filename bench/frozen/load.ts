import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";

/** A kind of caller: what part of the load it is, and as whom it asks. */
export interface Caller {
  readonly name: string;
  readonly key: string;
  /** In every hundred calls. */
  readonly percent: number;
  /** Whether it asks the same few questions again and again. */
  readonly repeats: boolean;
}

/** What the generator is told. */
export type LoadOrder =
  | {
      readonly type: "begin";
      readonly urls: readonly string[];
      readonly ratePerSecond: number;
      readonly callers: readonly Caller[];
    }
  | { readonly type: "phase"; readonly name: string }
  | { readonly type: "end" };

/** One call. Times are milliseconds since the generator began. */
export interface SentCall {
  readonly phase: string;
  readonly caller: string;
  /** When it was due; its latency counts from there. */
  readonly at: number;
  readonly ms: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** Error code of an answer that was not 200, or what broke. */
  readonly code: string | null;
  /** As the answer names the call; `null` where none came. */
  readonly id: string | null;
}

/** Nobody waits longer, ms. */
const PATIENCE_MS = 30_000;
/** Questions that are asked again and again. */
const REPEATED = 20;
const TICK_MS = 2;

type End = (status: number, code: string | null, id: string | null) => void;

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

class Generator {
  readonly #order: Extract<LoadOrder, { type: "begin" }>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #calls: SentCall[] = [];
  readonly #beganAt = performance.now();
  readonly #run = Math.random().toString(36).slice(2);
  #phase = "start";
  #sent = 0;
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(order: Extract<LoadOrder, { type: "begin" }>) {
    this.#order = order;
  }

  /** Calls begin when they are due, whether answers come or not. */
  begin(): void {
    const gapMs = 1_000 / this.#order.ratePerSecond;
    let due = performance.now();
    this.#timer = setInterval(() => {
      for (const now = performance.now(); due <= now; due += gapMs) this.#send(due);
    }, TICK_MS);
  }

  enter(phase: string): void {
    this.#phase = phase;
  }

  async end(): Promise<readonly SentCall[]> {
    clearInterval(this.#timer);
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    this.#agent.destroy();
    return this.#calls;
  }

  #send(dueAt: number): void {
    const number = this.#sent;
    const url = this.#order.urls[number % this.#order.urls.length] ?? "";
    const caller = this.#callerOf(number);
    const phase = this.#phase;
    this.#sent += 1;
    this.#underWay += 1;
    const question = caller.repeats ? `Question ${number % REPEATED}` : `Question ${this.#run} ${number}`;
    const body = JSON.stringify({
      model: "support-bot",
      max_tokens: 64,
      messages: [{ role: "user", content: question }],
    });
    const headers = { authorization: `Bearer ${caller.key}`, "content-type": "application/json" };
    const end: End = (status, code, id) => {
      this.#underWay -= 1;
      const now = performance.now();
      this.#calls.push({ phase, caller: caller.name, at: dueAt - this.#beganAt, ms: now - dueAt, status, code, id });
    };
    this.#ask({ url, headers, body }, end);
  }

  #ask(asked: Asked, end: End): void {
    const terms = { method: "POST", agent: this.#agent, headers: asked.headers, timeout: PATIENCE_MS };
    const sent = request(`${asked.url}/v1/chat/completions`, terms, (response) => readAnswer(response, end));
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.once("error", (error: NodeJS.ErrnoException) => {
      // An idle connection that the server closed in this moment: every HTTP client asks again on another one.
      if (sent.reusedSocket && error.code === "ECONNRESET") this.#ask(asked, end);
      else end(0, error.message, null);
    });
    sent.end(asked.body);
  }

  /** Spread evenly: 7 and 100 have no common divisor. */
  #callerOf(number: number): Caller {
    let place = (number * 7) % 100;
    for (const caller of this.#order.callers) {
      if (place < caller.percent) return caller;
      place -= caller.percent;
    }
    const [first] = this.#order.callers;
    if (first === undefined) throw new Error("Nobody calls.");
    return first;
  }
}

function readAnswer(response: IncomingMessage, end: End): void {
  const { statusCode = 0, headers } = response;
  const id = headers["x-rollward-call"];
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.once("error", () => {});
  response.once("close", () => {
    const text = response.complete ? Buffer.concat(chunks).toString() : "";
    const code = statusCode === 200 && response.complete ? null : (/"code": ?"(\w+)"/.exec(text)?.[1] ?? "broken off");
    end(response.complete ? statusCode : 0, code, typeof id === "string" ? id : null);
  });
}

let generator: Generator | null = null;

process.once("disconnect", () => process.exit());

process.on("message", (order: LoadOrder) => {
  if (order.type === "begin") {
    generator = new Generator(order);
    generator.begin();
  } else if (order.type === "phase") generator?.enter(order.name);
  else void generator?.end().then((calls) => process.send?.(calls));
});
