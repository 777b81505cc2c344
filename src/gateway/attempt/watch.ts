import type { Timeouts } from "../../domain/release/release.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";

type Phase = "the first token" | "the gap between tokens" | "the whole answer";

/** A connection was lively all the while: whoever looks at it would find no gap. */
const ONLY_PINGS = "the gap between tokens, in which bytes such as pings came but no token,";

/** What took too long, in words for the error, and its limit. */
export interface Expiry {
  readonly phase: Phase | typeof ONLY_PINGS;
  readonly limitMs: number;
}

/** What a watch has to know of an answer. */
export type Heard = Pick<AnswerFacts, "begun" | "onlyThoughts" | "pieces">;

/** Watches one attempt: first token, gaps, and the deadline that all attempts of the call share. */
export interface Watch {
  /**
   * Bytes have arrived, and this is known of the answer. Gaps count once it has begun; comments and pings end none. While the model only thinks they
   * may be as long as the first token may take: summaries of thoughts come in pieces that lie far apart.
   */
  heard(facts: Heard): void;
  /** The client reads slower than the provider writes: until `resume` a gap is not the provider's. */
  pause(): void;
  resume(): void;
  stop(): void;
  /** Milliseconds since something of the answer came last, or since it was asked for; 0 while the client is the one to be waited for. */
  quietMs(): number;
}

/** What a watch holds an attempt to. */
export interface WatchLimits {
  readonly timeouts: Timeouts;
  readonly deadline: number;
  readonly stream: boolean;
  /** For an answer that is not streamed; absent is up to the deadline. */
  readonly answerMs?: number;
}

/** `deadline` is on the clock's monotonic scale. One timer is armed at a time and re-armed lazily. */
export const startWatch = (clock: Clock, limits: WatchLimits, expire: (expiry: Expiry) => void): Watch =>
  new AttemptWatch(clock, limits, expire);

class AttemptWatch implements Watch {
  readonly #clock: Clock;
  readonly #limits: WatchLimits;
  readonly #expire: (expiry: Expiry) => void;
  readonly #check = (): void => this.#look();
  #mark: number;
  #phase: Phase;
  #isPaused = false;
  #thinks = false;
  #pieces = 0;
  /** Whether bytes have come since the last token. */
  #isPinged = false;
  #cancel: () => void;

  constructor(clock: Clock, limits: WatchLimits, expire: (expiry: Expiry) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#expire = expire;
    this.#mark = clock.elapsed();
    this.#phase = limits.stream ? "the first token" : "the whole answer";
    this.#cancel = this.#arm(this.#mark);
  }

  heard({ begun, onlyThoughts = false, pieces }: Heard): void {
    if (!begun || this.#phase === "the whole answer") return;
    const hasMore = pieces === undefined || pieces !== this.#pieces;
    this.#pieces = pieces ?? 0;
    if (this.#phase === "the gap between tokens" && this.#thinks === onlyThoughts) {
      if (hasMore) this.#mark = this.#clock.elapsed();
      this.#isPinged = !hasMore;
      return;
    }
    this.#phase = "the gap between tokens";
    this.#isPinged = false;
    this.#thinks = onlyThoughts;
    this.#armAgain();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#armAgain();
  }

  stop(): void {
    this.#cancel();
  }

  quietMs(): number {
    return this.#isPaused ? 0 : this.#clock.elapsed() - this.#mark;
  }

  #armAgain(): void {
    this.#mark = this.#clock.elapsed();
    this.#cancel();
    this.#cancel = this.#arm(this.#mark);
  }

  #phaseLimit(): number {
    const { answerMs, timeouts } = this.#limits;
    if (this.#isPaused) return Number.POSITIVE_INFINITY;
    if (this.#phase === "the whole answer") return answerMs ?? Number.POSITIVE_INFINITY;
    const { firstTokenMs, idleMs } = timeouts;
    if (this.#phase === "the first token") return firstTokenMs;
    return this.#thinks ? Math.max(firstTokenMs, idleMs) : idleMs;
  }

  #arm(now: number): () => void {
    const due = Math.min(this.#mark + this.#phaseLimit(), this.#limits.deadline);
    return this.#clock.after(Math.max(0, Math.ceil(due - now)), this.#check);
  }

  #look(): void {
    const { deadline, timeouts } = this.#limits;
    const now = this.#clock.elapsed();
    if (now >= deadline) return this.#expire({ phase: "the whole answer", limitMs: timeouts.totalMs });
    const limitMs = this.#phaseLimit();
    if (now >= this.#mark + limitMs) return this.#expire({ phase: this.#isPinged ? ONLY_PINGS : this.#phase, limitMs });
    this.#cancel = this.#arm(now);
  }
}
