/** How a circuit breaker opens and how it asks whether its target is back. */
export interface BreakerPolicy {
  /** Failures in a row that open it, if at least half of the recent attempts failed. */
  readonly failures: number;
  /** Time until the next probe while it is open, ms: 85 to 100 % of it are drawn, so that replicas do not probe together. */
  readonly probeEveryMs: number;
}

/**
 * Two failures in a row are one call with its retry. With 15 s between probes a 60 s outage costs five attempts
 * (at a call every 4 s), and the first call that comes 15 s after the end of the outage finds the target back.
 */
export const DEFAULT_BREAKER: BreakerPolicy = { failures: 2, probeEveryMs: 15_000 };

/** Whether a target may be asked. */
export type CircuitState = "closed" | "open" | "half-open";

/** What an attempt may do with a target: go ahead, go ahead as the one probe, or leave it alone. */
export type Admission = "pass" | "probe" | "refused";

/** Recent attempts are counted over this window and the one before it, ms. */
const WINDOW_MS = 10_000;
/** A target that nobody else can replace is asked freely until this many failures in a row, and then this often, ms. */
const URGENT_FAILURES = 10;
const URGENT_EVERY_MS = 1_000;
/** The shortest draw as a share of the interval: below 0.8 a minute's outage would cost a sixth attempt. */
const SHORTEST_SHARE = 0.85;

/**
 * The circuit breaker of one target. Closed it lets everything pass; open it lets one probe pass in an interval,
 * and is half-open while that probe is under way; a probe that begins to answer closes it. Failures open it only
 * when they are in a row and are half of the recent attempts, so that a busy target with a few errors stays in use.
 * All times are monotonic milliseconds; every operation takes constant time and space.
 */
export class Circuit {
  readonly #policy: BreakerPolicy | null;
  #isOpen = false;
  #openedAt = 0;
  #probes = 0;
  #inRow = 0;
  #nextProbeAt = 0;
  #nextUrgentAt = 0;
  #windowEnd = 0;
  #tried = 0;
  #failed = 0;
  #triedBefore = 0;
  #failedBefore = 0;

  /** `null` never opens. */
  constructor(policy: BreakerPolicy | null) {
    this.#policy = policy;
  }

  get state(): CircuitState {
    if (!this.#isOpen) return "closed";
    return this.#probes > 0 ? "half-open" : "open";
  }

  /** When it opened, monotonic ms; `null` while it is closed. */
  get openedAt(): number | null {
    return this.#isOpen ? this.#openedAt : null;
  }

  /** Whether it may open at all. */
  get isOff(): boolean {
    return this.#policy === null;
  }

  /** Whether it is open only because nobody has called since its pause ended: the next attempt tries it. */
  isDue(now: number): boolean {
    return this.#isOpen && this.#probes === 0 && now >= this.#nextProbeAt;
  }

  /** Whether an attempt would be let through now. Changes nothing. */
  wouldAdmit(now: number, isUrgent: boolean): boolean {
    if (!this.#isOpen || now >= this.#nextProbeAt) return true;
    return isUrgent && (this.#inRow < URGENT_FAILURES || now >= this.#nextUrgentAt);
  }

  /**
   * Asks to make an attempt. `isUrgent` says that nobody else can answer; `random` in [0, 1) spreads the next
   * probe. Every admission must be followed by one of `succeeded`, `failed` and `withdrawn` with it.
   */
  admit(now: number, isUrgent: boolean, random: number): Admission {
    if (!this.#isOpen || this.#policy === null) return "pass";
    if (!this.wouldAdmit(now, isUrgent)) return "refused";
    this.#nextProbeAt = now + this.#policy.probeEveryMs * (SHORTEST_SHARE + (1 - SHORTEST_SHARE) * random);
    this.#nextUrgentAt = now + Math.min(URGENT_EVERY_MS, this.#policy.probeEveryMs);
    this.#probes += 1;
    return "probe";
  }

  /** The target has begun to answer: an open circuit closes. */
  begun(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#inRow = 0;
    this.#tried = this.#failed = this.#triedBefore = this.#failedBefore = 0;
  }

  /** The attempt ended well. */
  succeeded(now: number, admission: Admission): void {
    this.#end(admission);
    this.begun();
    this.#inRow = 0;
    this.#roll(now);
    this.#tried += 1;
  }

  /** The target failed the attempt. `random` as for `admit`. */
  failed(now: number, admission: Admission, random: number): void {
    this.#end(admission);
    this.#inRow += 1;
    this.#roll(now);
    this.#tried += 1;
    this.#failed += 1;
    if (this.#isOpen || this.#policy === null || this.#inRow < this.#policy.failures) return;
    if (2 * (this.#failed + this.#failedBefore) < this.#tried + this.#triedBefore) return;
    this.#isOpen = true;
    this.#openedAt = now;
    this.#nextProbeAt = now + this.#policy.probeEveryMs * (SHORTEST_SHARE + (1 - SHORTEST_SHARE) * random);
    this.#nextUrgentAt = now + Math.min(URGENT_EVERY_MS, this.#policy.probeEveryMs);
  }

  /** The attempt ended without a word about the target: the client left, or another answer came first. */
  withdrawn(admission: Admission): void {
    this.#end(admission);
  }

  #end(admission: Admission): void {
    if (admission === "probe") this.#probes -= 1;
  }

  #roll(now: number): void {
    if (now < this.#windowEnd) return;
    const isNext = now < this.#windowEnd + WINDOW_MS;
    this.#triedBefore = isNext ? this.#tried : 0;
    this.#failedBefore = isNext ? this.#failed : 0;
    this.#tried = 0;
    this.#failed = 0;
    this.#windowEnd = now + WINDOW_MS;
  }
}
