import type { SessionOutcome } from "../evidence/evidence.ts";
import { isOfProvider } from "../traffic/is-of-provider.ts";
import type { TriggerFiring, TriggerPlan } from "./trigger-plan.ts";

/** Sessions of each arm that are remembered, some 200 bytes each. Windows over more of them look at the newest. */
const MOST = 5_000;

/**
 * The last sessions of each arm in which failures of providers are looked for: few enough to see soon that an incident is
 * over, also with little traffic; stable's tell what is usual and may be more.
 */
const LOOKED = { candidate: 20, stable: 100 } as const;
/** Fewer failures are no incident. */
const LEAST_FAULTS = 2;
/** Share of failing stable sessions from which on "no worse than stable" says nothing good. */
const UNHEALTHY_SHARE = 0.5;
/** Shares of failed sessions that differ by less are alike. */
const ALIKE = 0.02;

type Arm = SessionOutcome["arm"];

interface Recent {
  /** When it was assigned, epoch milliseconds. */
  readonly at: number;
  readonly outcome: SessionOutcome;
}

/**
 * The last sessions of a rollout with their outcomes, for what looks at a window of time: classic triggers and failures
 * of providers. The evidence never does.
 */
export class RecentOutcomes {
  readonly #recent: Record<Arm, Recent[]> = { stable: [], candidate: [] };

  /** A session that was assigned at `at` (epoch ms) has its outcome. */
  add(at: number, outcome: SessionOutcome): void {
    const own = this.#recent[outcome.arm];
    own.push({ at, outcome });
    if (own.length > 2 * MOST) this.#recent[outcome.arm] = own.slice(-MOST);
  }

  /** The first trigger that is above its threshold at `now`, those that roll back before the others; `null` when none is. */
  firing(triggers: readonly TriggerPlan[], now: number): TriggerFiring | null {
    const isLast = ([, { action }]: [number, TriggerPlan]): number => Number(action !== "rollback");
    for (const [trigger, plan] of [...triggers.entries()].toSorted((one, other) => isLast(one) - isLast(other))) {
      const fired = this.#measure(plan, now);
      if (fired !== null) return { trigger, ...fired };
    }
    return null;
  }

  /** Whether the candidate's provider fails more often than stable's, by the last sessions before `now`. */
  isCandidateFailing(now: number): boolean {
    const candidate = this.#faultsOf("candidate", now);
    const stable = this.#faultsOf("stable", now);
    const share = ({ faults, sessions }: typeof stable): number => (sessions === 0 ? 0 : faults / sessions);
    return candidate.faults >= LEAST_FAULTS && share(candidate) > 2 * share(stable) + ALIKE;
  }

  /** Whether stable fails so often, in its last sessions before `now`, that nothing can be compared with it. */
  isStableFailing(now: number): boolean {
    const own = this.#lastOf("stable", now);
    return (
      own.length > 0 && own.filter(({ outcome }) => outcome.failure !== null).length >= UNHEALTHY_SHARE * own.length
    );
  }

  #measure(plan: TriggerPlan, now: number): Omit<TriggerFiring, "trigger"> | null {
    const { above, leastSessions } = plan;
    const candidate = this.#valuesOf("candidate", plan, now);
    const stable = above.type === "times" ? this.#valuesOf("stable", plan, now) : null;
    if (candidate.length < leastSessions || (stable !== null && stable.length < leastSessions)) return null;
    const limit = above.type === "value" ? above.value : above.times * mean(stable ?? []);
    const value = mean(candidate);
    return value > limit ? { value, limit, sessions: candidate.length } : null;
  }

  #valuesOf(arm: Arm, { measure, withinMs }: TriggerPlan, now: number): readonly number[] {
    return this.#recent[arm].flatMap(({ at, outcome }) =>
      at > now - withinMs && at <= now ? valueOf(measure, outcome) : [],
    );
  }

  #faultsOf(arm: Arm, now: number): { readonly faults: number; readonly sessions: number } {
    const own = this.#lastOf(arm, now);
    const faults = own.filter(({ outcome }) => isOfProvider(outcome.failure)).length;
    return { faults, sessions: own.length };
  }

  #lastOf(arm: Arm, now: number): readonly Recent[] {
    return this.#recent[arm].filter(({ at }) => at <= now).slice(-LOOKED[arm]);
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The one value of a session; a session without an answer has no latency. */
function valueOf(measure: TriggerPlan["measure"], outcome: SessionOutcome): readonly number[] {
  if (measure === "errors") return [outcome.failure === null ? 0 : 1];
  if (measure === "cost") return [outcome.costPico];
  return outcome.latencyMs === null ? [] : [outcome.latencyMs];
}
