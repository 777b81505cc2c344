import type { Clock } from "../../ports/clock.ts";

interface Alarm {
  readonly dueMs: number;
  readonly action: () => void;
}

/** Time that moves only when a test says so. */
export class HandClock implements Clock {
  #elapsedMs = 0;
  readonly #startedAt: number;
  readonly #alarms = new Set<Alarm>();

  constructor(startedAt = Date.UTC(2026, 10, 21)) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + Math.floor(this.#elapsedMs);
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  after(ms: number, action: () => void): () => void {
    const alarm = { dueMs: this.#elapsedMs + ms, action };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Alarms that have not gone off. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Moves on by `ms`; alarms go off in the order in which they are due, each at its own time. */
  advance(ms: number): void {
    const end = this.#elapsedMs + ms;
    for (;;) {
      const [next] = [...this.#alarms].toSorted((one, other) => one.dueMs - other.dueMs);
      if (next === undefined || next.dueMs > end) break;
      this.#alarms.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.action();
    }
    this.#elapsedMs = end;
  }
}
