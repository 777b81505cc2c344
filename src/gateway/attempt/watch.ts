import type { Timeouts } from "../../domain/release/release.ts";
import type { Clock } from "../../ports/clock.ts";

/** What took too long, in words for the error, and its limit. */
export interface Expiry {
  readonly phase: "the first token" | "the gap between tokens" | "the whole answer";
  readonly limitMs: number;
}

/** Watches one attempt: first token, gaps, and the deadline that all attempts of the call share. */
export interface Watch {
  /** Bytes have arrived. */
  progress(): void;
  /** The client reads slower than the provider writes: until `resume` a gap is not the provider's. */
  pause(): void;
  resume(): void;
  /** The first token has arrived: from now on gaps count. */
  begun(): void;
  stop(): void;
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
export function startWatch(clock: Clock, limits: WatchLimits, expire: (expiry: Expiry) => void): Watch {
  const { timeouts, deadline, stream } = limits;
  let mark = clock.elapsed();
  let phase: Expiry["phase"] = stream ? "the first token" : "the whole answer";
  let isPaused = false;
  let cancel: () => void = () => {};

  const phaseLimit = (): number => {
    if (isPaused) return Number.POSITIVE_INFINITY;
    if (phase === "the whole answer") return limits.answerMs ?? Number.POSITIVE_INFINITY;
    return phase === "the first token" ? timeouts.firstTokenMs : timeouts.idleMs;
  };
  const arm = (): void => {
    const due = Math.min(mark + phaseLimit(), deadline);
    cancel = clock.after(Math.max(0, Math.ceil(due - clock.elapsed())), check);
  };
  const check = (): void => {
    const now = clock.elapsed();
    if (now >= deadline) return expire({ phase: "the whole answer", limitMs: timeouts.totalMs });
    if (now >= mark + phaseLimit()) return expire({ phase, limitMs: phaseLimit() });
    arm();
  };

  arm();
  return {
    progress() {
      if (phase === "the gap between tokens") mark = clock.elapsed();
    },
    pause() {
      isPaused = true;
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      mark = clock.elapsed();
      cancel();
      arm();
    },
    begun() {
      if (phase !== "the first token") return;
      phase = "the gap between tokens";
      mark = clock.elapsed();
      cancel();
      arm();
    },
    stop: () => cancel(),
  };
}
