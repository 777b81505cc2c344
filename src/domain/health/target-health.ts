import type { ErrorCode } from "../errors.ts";
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
  /** When a call last had it in its plan, asked or passed by, monotonic ms; `null` before the first. */
  wantedAt: number | null;
  /** The last failure that its provider was to blame for, monotonic ms; `null` before the first. */
  lastFault: TargetFault | null;
}

/** How an attempt failed, and when, monotonic ms. */
export interface TargetFault {
  readonly code: ErrorCode;
  readonly at: number;
}

/** A running provider, as far as health depends on it. */
export interface HealthOwner {
  /** Names of the keys that say nothing of them; absent where they are told apart by position. */
  readonly keyDigests?: readonly string[];
  /** Absent is one. */
  readonly keys?: number;
  /** Absent is the default, `null` is off. */
  readonly breaker?: BreakerPolicy | null;
}

/** Targets remembered; configurations name far fewer. The one that was made first goes. */
const MOST_TARGETS = 10_000;

/** A target that is remembered. */
export interface KnownTarget {
  readonly name: TargetName;
  readonly owner: HealthOwner;
  readonly health: TargetHealth;
}

/** A model at a provider. */
export interface TargetName {
  readonly provider: string;
  readonly model: string;
}

/** The health of every target that was asked, by provider and model. */
export class HealthBoard {
  readonly #targets = new Map<string, KnownTarget>();
  #onMade: (target: KnownTarget) => void = () => {};

  /** Has somebody told of each target that is asked for the first time, or begins anew. */
  onMade(listener: (target: KnownTarget) => void): void {
    this.#onMade = listener;
  }

  /** A target as far as it was asked; `undefined` when nobody has. */
  find({ provider, model }: TargetName): KnownTarget | undefined {
    return this.#targets.get(`${provider}/${model}`);
  }

  /** Every target that was asked. */
  all(): readonly KnownTarget[] {
    return [...this.#targets.values()];
  }

  /**
   * The health of a model at a provider. It outlives a new configuration that leaves the provider as it was;
   * a provider that was changed, and so is another object, begins anew: what was wrong may have been put right.
   */
  of({ provider, model }: TargetName, owner: HealthOwner): TargetHealth {
    // No name of a provider has a slash.
    const name = `${provider}/${model}`;
    const known = this.#targets.get(name);
    if (known?.owner === owner) return known.health;
    const health = newHealth(owner);
    const [oldest] = this.#targets.keys();
    if (this.#targets.size >= MOST_TARGETS && oldest !== undefined) this.#targets.delete(oldest);
    const made = { name: { provider, model }, owner, health };
    this.#targets.set(name, made);
    this.#onMade(made);
    return health;
  }
}

const newHealth = ({ keys = 1, keyDigests, breaker = DEFAULT_BREAKER }: HealthOwner): TargetHealth => ({
  circuit: new Circuit(breaker),
  budget: new RetryBudget(),
  firstToken: new Latency(),
  answer: new Latency(),
  keys: new KeyPool(keys, keyDigests),
  inFlight: 0,
  wantedAt: null,
  lastFault: null,
});
