import { findCause } from "../domain/access/find-cause.ts";
import type { Cause } from "../domain/access/find-cause.ts";
import { subjectKey } from "../domain/access/pause.ts";
import type { PauseSubject } from "../domain/access/pause.ts";
import { subjectFor } from "../domain/access/pause-rule.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import { spendBaseline } from "../domain/spend/spend-anomaly.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import { modelCostPico } from "../domain/spend/spend.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { BASELINE_DAYS } from "./look-at-spend.ts";

/** A subject that a rule stops, and why. */
export interface Found {
  readonly subject: PauseSubject;
  readonly cause: Cause;
}

/** What looking at spend needs. */
export interface DearSubjectsTerms {
  readonly clock: Clock;
  readonly spend: SpendStore;
  /** Tells the tenant of a key. */
  readonly keys: KeyRing;
}

interface Spent {
  readonly subject: PauseSubject;
  readonly pico: bigint;
}

/** Endpoints times keys that are told apart in an hour: the dearest. */
const MOST_SLOTS = 10_000;
const DAY_MS = 24 * HOUR_MS;

/** Finds subjects whose hour has cost more than a rule lets it. */
export class DearSubjects {
  readonly #terms: DearSubjectsTerms;
  /** What the same hour of previous days has cost, by rule: it is over and changes no more. */
  readonly #usual = new WeakMap<
    PauseRule,
    { readonly hour: number; readonly days: readonly ReadonlyMap<string, bigint>[] }
  >();

  constructor(terms: DearSubjectsTerms) {
    this.#terms = terms;
  }

  /** Subjects of the rule that it stops for what the hour under way has cost. */
  async find(rule: PauseRule): Promise<readonly Found[]> {
    const hour = hourOf(this.#terms.clock.now());
    const spent = await this.#spentIn(rule, hour);
    if (spent.length === 0) return [];
    const days = rule.condition.type === "hour-times-usual" ? await this.#usualOf(rule, hour) : [];
    return spent.flatMap(({ subject, pico }) => {
      const baseline = spendBaseline(days.flatMap((day) => day.get(subjectKey(subject)) ?? []));
      const cause = findCause(rule.condition, { type: "hour", hour, spentPico: pico, baseline });
      return cause === null ? [] : [{ subject, cause }];
    });
  }

  async #usualOf(rule: PauseRule, hour: number): Promise<readonly ReadonlyMap<string, bigint>[]> {
    const known = this.#usual.get(rule);
    if (known?.hour === hour) return known.days;
    const days: ReadonlyMap<string, bigint>[] = [];
    for (let day = 1; day <= BASELINE_DAYS; day += 1) {
      const spent = await this.#spentIn(rule, hour - day * DAY_MS);
      days.push(new Map(spent.map(({ subject, pico }) => [subjectKey(subject), pico])));
    }
    this.#usual.set(rule, { hour, days });
    return days;
  }

  async #spentIn(rule: PauseRule, hour: number): Promise<readonly Spent[]> {
    const { spend, keys } = this.#terms;
    const stretch = { since: hour, until: hour + HOUR_MS };
    const sums = await spend.sum({ ...stretch, by: ["endpoint", "key"], limit: MOST_SLOTS });
    const spent = new Map<string, Spent>();
    for (const { endpoint = "", key = "", spend: own } of sums) {
      const tenant = keys.byId(key)?.tenant ?? null;
      const subject = subjectFor(rule, { endpoint: endpoint === "" ? null : endpoint, tenant, keyId: key });
      if (subject === null) continue;
      const known = spent.get(subjectKey(subject))?.pico ?? 0n;
      spent.set(subjectKey(subject), { subject, pico: known + modelCostPico(own) });
    }
    return [...spent.values()];
  }
}
