import { subjectKey } from "./pause.ts";
import type { PausableCall, PauseSubject } from "./pause.ts";
import { subjectFor } from "./pause-rule.ts";
import type { PauseRule } from "./pause-rule.ts";

/** Parts that a window is counted in: it ends exactly to a thirtieth of its length. */
const PARTS = 30;
/** Subjects of one rule that are counted; those that called longest ago make room. */
const MOST_SUBJECTS = 10_000;

/** Calls of one subject, in a ring of parts of the window. */
class Ring {
  readonly #numbers = new Float64Array(PARTS).fill(-1);
  readonly #calls = new Uint32Array(PARTS);
  readonly #failed = new Uint32Array(PARTS);

  note(number: number, failed: boolean): void {
    const at = number % PARTS;
    if (this.#numbers[at] !== number) {
      this.#numbers[at] = number;
      this.#calls[at] = 0;
      this.#failed[at] = 0;
    }
    this.#calls[at] = (this.#calls[at] ?? 0) + 1;
    if (failed) this.#failed[at] = (this.#failed[at] ?? 0) + 1;
  }

  /** What the parts from `first` to `last` have. */
  sum(first: number, last: number): { readonly calls: number; readonly failed: number } {
    let [calls, failed] = [0, 0];
    for (const [at, number] of this.#numbers.entries()) {
      if (number < first || number > last) continue;
      calls += this.#calls[at] ?? 0;
      failed += this.#failed[at] ?? 0;
    }
    return { calls, failed };
  }
}

/**
 * Counts for rules how many calls of each subject failed of late, as this process saw them. Times are monotonic
 * milliseconds, so that a clock that is set does not move calls. Bounded in subjects and in time.
 */
export class ErrorTally {
  readonly #rings = new Map<PauseRule, Map<string, Ring>>();
  readonly #failed = new Map<PauseRule, Map<string, PauseSubject>>();

  /** Counts one call for every rule that watches errors of it. */
  note(rules: readonly PauseRule[], call: PausableCall & { readonly failed: boolean }, now: number): void {
    for (const rule of rules) {
      if (rule.condition.type !== "errors-above") continue;
      const subject = subjectFor(rule, call);
      if (subject === null) continue;
      this.#ringOf(rule, subject).note(partAt(now, rule.condition.withinMs), call.failed);
      if (call.failed) this.#noteFailed(rule, subject);
    }
  }

  /** The subjects of a rule whose calls have failed since this was asked last. */
  takeFailed(rule: PauseRule): readonly PauseSubject[] {
    const failed = this.#failed.get(rule) ?? new Map<string, PauseSubject>();
    this.#failed.delete(rule);
    return [...failed.values()];
  }

  /** What one subject has come to within the window of the rule. */
  count(rule: PauseRule, subject: PauseSubject, now: number): { readonly calls: number; readonly failed: number } {
    const ring = this.#rings.get(rule)?.get(subjectKey(subject));
    if (ring === undefined || rule.condition.type !== "errors-above") return { calls: 0, failed: 0 };
    const last = partAt(now, rule.condition.withinMs);
    return ring.sum(last - PARTS + 1, last);
  }

  /** Counts the calls of a subject anew: what was before it was let in again says nothing of now. */
  clear(subject: string): void {
    for (const rings of this.#rings.values()) rings.delete(subject);
    for (const failed of this.#failed.values()) failed.delete(subject);
  }

  /** Forgets rules that are in force no longer. */
  keep(rules: readonly PauseRule[]): void {
    for (const rule of this.#rings.keys()) if (!rules.includes(rule)) this.#rings.delete(rule);
    for (const rule of this.#failed.keys()) if (!rules.includes(rule)) this.#failed.delete(rule);
  }

  #noteFailed(rule: PauseRule, subject: PauseSubject): void {
    const failed = this.#failed.get(rule) ?? new Map<string, PauseSubject>();
    this.#failed.set(rule, failed);
    if (failed.size < MOST_SUBJECTS) failed.set(subjectKey(subject), subject);
  }

  #ringOf(rule: PauseRule, subject: PauseSubject): Ring {
    const rings = this.#rings.get(rule) ?? new Map<string, Ring>();
    this.#rings.set(rule, rings);
    const key = subjectKey(subject);
    const ring = rings.get(key) ?? new Ring();
    // The one that called last stands last.
    rings.delete(key);
    rings.set(key, ring);
    const [oldest] = rings.keys();
    if (rings.size > MOST_SUBJECTS && oldest !== undefined) rings.delete(oldest);
    return ring;
  }
}

const partAt = (now: number, withinMs: number): number => Math.floor((now * PARTS) / withinMs);
