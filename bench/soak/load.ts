import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { ANSWER, normalised, WIDE_ANSWER } from "../../test/fixtures/faulty-provider/answer-text.ts";
import type { Random } from "../evidence/random.ts";
import { SOAK_ENDPOINTS } from "./project.ts";
import { SPEAKERS } from "./speakers.ts";
import type { Speaker } from "./speakers.ts";

/** How calls ended, as their callers saw it. */
export type Ending = "whole" | "error" | "truncated" | "hang" | "left";

/** What the calls are made with. */
export interface LoadTerms {
  readonly url: string;
  readonly key: string;
  readonly random: Random;
}

/** No call of the soak may take longer, of the time in which this process ran: its deadline is 5 s. */
const HANG_MS = 15_000;
/** Share of clients that leave, and the longest time before they do, milliseconds. */
const LEAVING = 0.1;
const LEAVE_WITHIN_MS = 40;
/** A loop looks this often whether calls are due, milliseconds. */
const TICK_MS = 5;
/** More between two looks is time in which the machine did not let us run: neither calls nor hangs are reckoned by it. */
const MOST_BETWEEN_TICKS_MS = 100;

const NAMES = Object.keys(SOAK_ENDPOINTS);
const TOTAL_WEIGHT = Object.values(SOAK_ENDPOINTS).reduce((sum, { weight }) => sum + weight, 0);

const TALK = SPEAKERS.reduce((sum, { weight }) => sum + weight, 0);

interface Wish {
  readonly endpoint: string;
  readonly speaker: Speaker;
  readonly stream: boolean;
  /** When the client leaves, milliseconds; `null` when it stays. */
  readonly leaveMs: number | null;
}

/** Sends calls, and keeps what each of them was told: its ending and the id that the gateway gave it. */
export class Load {
  readonly #terms: LoadTerms;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
  readonly ids = new Set<string>();
  readonly endings: Record<Ending, number> = { whole: 0, error: 0, truncated: 0, hang: 0, left: 0 };
  /** Endpoints and addresses whose calls were truncated or hung, with counts. */
  readonly suspects = new Map<string, number>();
  sent = 0;
  underWay = 0;
  /** Time in which this process ran, and in which it was kept from running, milliseconds. */
  ranMs = 0;
  stalledMs = 0;
  #tickedAt = performance.now();
  readonly #ticking: NodeJS.Timeout;

  constructor(terms: LoadTerms) {
    this.#terms = terms;
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  /** As many healthy calls as `connections` get answered in `seconds`; calls per second. */
  async saturate(connections: number, seconds: number): Promise<number> {
    const end = performance.now() + seconds * 1000;
    let done = 0;
    const one = async (): Promise<void> => {
      for (let stream = true; performance.now() < end; stream = !stream) {
        await this.#call({ endpoint: "healthy", speaker: this.#speaker(), stream, leaveMs: null });
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
    return done / seconds;
  }

  /** Random calls at a rate, whether answers come or not; resolves when the last one is over. */
  async keepRate(perSecond: number, seconds: number): Promise<void> {
    const [end, ranBefore] = [performance.now() + seconds * 1000, this.ranMs];
    const calls = new Set<Promise<void>>();
    for (let due = 0; performance.now() < end;) {
      const owed = ((this.ranMs - ranBefore) / 1000) * perSecond;
      for (; due < owed; due += 1) {
        const call = this.#call(this.#wish());
        calls.add(call);
        void call.finally(() => calls.delete(call));
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(calls);
  }

  close(): void {
    clearInterval(this.#ticking);
    this.#agent.destroy();
  }

  #tick(): void {
    const now = performance.now();
    const gap = now - this.#tickedAt;
    this.#tickedAt = now;
    this.ranMs += Math.min(gap, MOST_BETWEEN_TICKS_MS);
    this.stalledMs += Math.max(0, gap - MOST_BETWEEN_TICKS_MS);
  }

  #wish(): Wish {
    const { random } = this.#terms;
    let rest = random.uniform() * TOTAL_WEIGHT;
    const endpoint = NAMES.find((name) => (rest -= SOAK_ENDPOINTS[name]?.weight ?? 0) < 0) ?? "healthy";
    const leaveMs = random.chance(LEAVING) ? random.uniform() * LEAVE_WITHIN_MS : null;
    return { endpoint, speaker: this.#speaker(), stream: random.chance(0.5), leaveMs };
  }

  #speaker(): Speaker {
    let rest = this.#terms.random.uniform() * TALK;
    return SPEAKERS.find(({ weight }) => (rest -= weight) < 0) ?? SPEAKERS[0]!;
  }

  async #call(wish: Wish): Promise<void> {
    this.sent += 1;
    this.underWay += 1;
    const ending = await this.#exchange(wish);
    this.underWay -= 1;
    this.endings[ending] += 1;
    if (ending === "truncated" || ending === "hang") {
      const name = `${wish.endpoint} ${wish.speaker.path}`;
      this.suspects.set(name, (this.suspects.get(name) ?? 0) + 1);
    }
  }

  #exchange({ endpoint, speaker, stream, leaveMs }: Wish): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const body = JSON.stringify(speaker.body(endpoint, stream));
    const outgoing = request(`${this.#terms.url}${speaker.path}`, {
      method: "POST",
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${this.#terms.key}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
    });
    const finish = (ending: Ending): void => {
      clearTimeout(timer);
      resolve(ending);
      if (ending === "left" || ending === "hang") outgoing.destroy();
    };
    const ranBefore = this.ranMs;
    const look = (): void => {
      const leftMs = HANG_MS - (this.ranMs - ranBefore);
      if (leftMs <= 0) finish("hang");
      else timer = setTimeout(look, leftMs);
    };
    let timer = setTimeout(look, HANG_MS);
    outgoing.on("error", () => finish("error"));
    // A client that leaves does so after its request is out, so that every call that is counted has arrived.
    outgoing.on("finish", () => {
      if (leaveMs === null) return;
      clearTimeout(timer);
      timer = setTimeout(() => finish("left"), leaveMs);
    });
    outgoing.on("response", (incoming) => this.#read(incoming, { endpoint, speaker }, finish));
    outgoing.end(body);
    return promise;
  }

  #read(
    incoming: IncomingMessage,
    { endpoint, speaker }: Pick<Wish, "endpoint" | "speaker">,
    finish: (ending: Ending) => void,
  ): void {
    const id = incoming.headers["x-rollward-call"];
    if (typeof id === "string") this.ids.add(id);
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("error", () => {});
    incoming.on("close", () => {
      if (!incoming.complete || (incoming.statusCode ?? 0) >= 400) return finish("error");
      const { text, failed, finished } = speaker.read(Buffer.concat(chunks), incoming.headers["content-type"] ?? "");
      if (failed) return finish("error");
      finish(finished && isWhole(endpoint, normalised(text)) ? "whole" : "truncated");
    });
  }
}

/** A fault's own text, or the backup's. */
function isWhole(endpoint: string, text: string): boolean {
  if (text === ANSWER) return true;
  if (endpoint === "split-bytes") return text === normalised(WIDE_ANSWER);
  return endpoint === "big-stream" && text.length > 5_000_000;
}
