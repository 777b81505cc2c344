import type { Clock } from "../../ports/clock.ts";

interface Alarm {
  readonly dueMs: number;
  readonly action: () => void;
}

/** Time that moves only when a test says so. */
export class HandClock implements Clock {
  #elapsedMs = 0;
  #startedAt: number;
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

  /** Somebody sets the wall clock; the monotonic one goes on as it did. */
  setWall(byMs: number): void {
    this.#startedAt += byMs;
  }

  /** The process stands still: time has moved on, and what was due is late. */
  freeze(ms: number): void {
    this.#elapsedMs += ms;
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
