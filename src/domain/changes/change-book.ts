import type { Change } from "./change.ts";

/** Changes that wait to be taken; beyond it the oldest are lost. */
const MOST_WAITING = 200;

/** What this server noticed and did, until it is written down. */
export class ChangeBook {
  #waiting: Change[] = [];

  note(change: Change): void {
    this.#waiting.push(change);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** What was noted since it was taken last. */
  take(): readonly Change[] {
    const changes = this.#waiting;
    if (changes.length > 0) this.#waiting = [];
    return changes;
  }
}
