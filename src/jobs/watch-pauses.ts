import { decidePause } from "../domain/access/decide-pause.ts";
import type { Pause } from "../domain/access/pause.ts";
import { IN_FORCE, MACHINE, subjectKey } from "../domain/access/pause.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import type { Clock } from "../ports/clock.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Ids } from "../ports/ids.ts";
import type { PauseStore } from "../ports/pause-store.ts";
import type { Pauses } from "../ports/pauses.ts";
import { FailedCalls } from "./failed-calls.ts";
import type { FailedCallsTerms } from "./failed-calls.ts";
import { DearSubjects } from "./dear-subjects.ts";
import type { DearSubjectsTerms, Found } from "./dear-subjects.ts";

/** How often calls and spend are looked at, ms; what others wrote is a quarter of a second old as well. */
const EVERY_MS = 250;
/** The next look waits at least so many times as long as the last one took: it must not load a slow database. */
const REST_FACTOR = 10;
/** But it comes: a machine that was asleep has not been slow. */
const LONGEST_REST_MS = 5_000;

const LOOKING = "looking for what the rules of pauses stop";

/** What watching for pauses needs. */
export interface PauseWatchTerms extends Omit<DearSubjectsTerms, "clock">, Omit<FailedCallsTerms, "clock"> {
  readonly store: PauseStore;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly announcer: Announcer;
  /** The rules in force. */
  readonly rules: () => readonly PauseRule[];
  /** One replica looks at what all have spent, and lifts what is over. Each looks at its own calls. */
  readonly isLeader: () => boolean;
}

/** Stops by itself what the rules name, and lifts it when its time is over; the returned function ends that. */
export function watchPauses(terms: PauseWatchTerms): () => void {
  const watch = new PauseWatch(terms);
  watch.arm(EVERY_MS);
  return () => watch.stop();
}

class PauseWatch {
  readonly #terms: PauseWatchTerms;
  readonly #dear: DearSubjects;
  readonly #failed: FailedCalls;
  /** Subjects that were stopped at the last look. */
  #stopped: ReadonlySet<string> = new Set();
  /** Something was written that is not yet obeyed here. */
  #isBehind = false;
  #isStopped = false;
  #isTroubled = false;
  #cancel: () => void = () => {};

  constructor(terms: PauseWatchTerms) {
    this.#terms = terms;
    this.#dear = new DearSubjects(terms);
    this.#failed = new FailedCalls(terms);
  }

  arm(afterMs: number): void {
    this.#cancel = this.#terms.clock.after(afterMs, () => void this.#turn());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #turn(): Promise<void> {
    const { clock, announcer } = this.#terms;
    const startedAt = clock.elapsed();
    try {
      await this.#look();
      if (this.#isTroubled) announcer.recovered(LOOKING);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(LOOKING, error);
      this.#isTroubled = true;
    }
    const tookMs = clock.elapsed() - startedAt;
    if (!this.#isStopped) this.arm(Math.max(EVERY_MS, Math.min(LONGEST_REST_MS, REST_FACTOR * tookMs)));
  }

  async #look(): Promise<void> {
    const { rules: rulesInForce, isLeader } = this.#terms;
    const rules = rulesInForce();
    await this.#takeOver();
    if (isLeader()) await this.#liftWhatIsOver();
    this.#failed.keep(rules);
    this.#countAnew();
    for (const rule of rules) {
      const isOfErrors = rule.condition.type === "errors-above";
      if (!isOfErrors && !isLeader()) continue;
      const found = isOfErrors ? this.#failed.find(rule) : await this.#dear.find(rule);
      await this.#act(rule, found);
    }
    await this.#takeOver();
  }

  /** Obeys what was written; a look that failed half way is made up for by the next. */
  async #takeOver(): Promise<void> {
    if (!this.#isBehind) return;
    const { store, pauses } = this.#terms;
    pauses.replace(await store.list(IN_FORCE));
    this.#isBehind = false;
    this.#countAnew();
  }

  /** Of what was stopped at the last look and is not any more. */
  #countAnew(): void {
    const stopped = new Set(this.#terms.pauses.all().map(({ subject }) => subjectKey(subject)));
    for (const subject of this.#stopped) if (!stopped.has(subject)) this.#failed.clear(subject);
    this.#stopped = stopped;
  }

  async #liftWhatIsOver(): Promise<void> {
    const { store, pauses, clock, announcer } = this.#terms;
    const now = clock.now();
    const over = pauses.all().filter(({ rule }) => rule?.until != null && rule.until <= now);
    for (const { id, rule } of over) {
      this.#isBehind = true;
      const lifted = await store.lift(id, { at: now, by: MACHINE, reason: "Its time was over." });
      if (lifted?.lifted?.by === MACHINE && rule !== undefined) announcer.pausedByRule?.(lifted);
    }
    await this.#takeOver();
  }

  /** Stops, or notes, what was found. */
  async #act(rule: PauseRule, found: readonly Found[]): Promise<void> {
    const { store, pauses, clock } = this.#terms;
    const inForce = new Set(pauses.all().map(({ subject }) => subjectKey(subject)));
    const open = found.filter(({ subject }) => !inForce.has(subjectKey(subject)));
    if (open.length === 0) return;
    const last = new Map(
      (
        await store.lastBy(
          rule.name,
          open.map(({ subject }) => subject),
        )
      ).map((one) => [subjectKey(one.subject), one]),
    );
    for (const { subject, cause } of open) {
      const now = clock.now();
      const decision = decidePause({ rule, subject, cause }, last.get(subjectKey(subject)) ?? null, now);
      if (decision === null) continue;
      const { reason, instead } = decision;
      const lifted = instead === null ? null : { at: now, by: MACHINE, reason: instead };
      const id = this.#terms.ids.next("pau");
      await this.#keep({ id, subject, reason, by: MACHINE, at: now, lifted, rule: decision.rule });
    }
  }

  /** Another replica, or a person, may have been faster. */
  async #keep(pause: Pause): Promise<void> {
    const { store, announcer } = this.#terms;
    if (pause.lifted === null) this.#isBehind = true;
    const kept = await store.open(pause);
    if (kept.id === pause.id) announcer.pausedByRule?.(kept);
  }
}
