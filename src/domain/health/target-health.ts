import { Circuit, DEFAULT_BREAKER } from "./circuit.ts";
import type { BreakerPolicy } from "./circuit.ts";
import { KeyPool } from "./key-pool.ts";
import { Latency } from "./latency.ts";
import { RetryBudget } from "./retry-budget.ts";

/** Everything that is remembered of one model at one provider. */
export interface TargetHealth {
  readonly circuit: Circuit;
  readonly budget: RetryBudget;
  /** Times to the first token of streams. */
  readonly firstToken: Latency;
  /** Times to the whole of answers that are not streamed. */
  readonly answer: Latency;
  readonly keys: KeyPool;
  /** Attempts under way. */
  inFlight: number;
}

/** A running provider, as far as health depends on it. */
export interface HealthOwner {
  /** Absent is one. */
  readonly keys?: number;
  /** Absent is the default, `null` is off. */
  readonly breaker?: BreakerPolicy | null;
}

/** Targets remembered; configurations name far fewer. The one that was made first goes. */
const MOST_TARGETS = 10_000;

interface Known {
  readonly owner: HealthOwner;
  readonly health: TargetHealth;
}

/** The health of every target that was asked, by provider and model. */
export class HealthBoard {
  readonly #targets = new Map<string, Known>();

  /**
   * The health of a model at a provider. It outlives a new configuration that leaves the provider as it was;
   * a provider that was changed, and so is another object, begins anew: what was wrong may have been put right.
   */
  of({ provider, model }: { readonly provider: string; readonly model: string }, owner: HealthOwner): TargetHealth {
    // No name of a provider has a slash.
    const name = `${provider}/${model}`;
    const known = this.#targets.get(name);
    if (known?.owner === owner) return known.health;
    const health = newHealth(owner);
    const [oldest] = this.#targets.keys();
    if (this.#targets.size >= MOST_TARGETS && oldest !== undefined) this.#targets.delete(oldest);
    this.#targets.set(name, { owner, health });
    return health;
  }
}

const newHealth = ({ keys = 1, breaker = DEFAULT_BREAKER }: HealthOwner): TargetHealth => ({
  circuit: new Circuit(breaker),
  budget: new RetryBudget(),
  firstToken: new Latency(),
  answer: new Latency(),
  keys: new KeyPool(keys),
  inFlight: 0,
});
