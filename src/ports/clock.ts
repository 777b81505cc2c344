/** Time as a port: tests move it by hand. */
export interface Clock {
  /** Wall time, epoch milliseconds. */
  now(): number;
  /** Monotonic time in milliseconds with a fraction, for durations. */
  elapsed(): number;
  /** Runs `action` once after `ms`; the returned function cancels it. */
  after(ms: number, action: () => void): () => void;
}
