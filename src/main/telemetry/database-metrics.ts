import { numbers } from "../../domain/telemetry/metric-point.ts";
import type { MetricFamily, NumberPoint } from "../../domain/telemetry/metric-point.ts";
import type { BankAccount } from "../../ports/budget-bank.ts";
import type { Clock } from "../../ports/clock.ts";
import { withDeadline } from "../../delivery/with-deadline.ts";
import type { OpenEnvironment } from "../environments/open-environment.ts";

/** The database is asked no oftener than this, however many ask for metrics, ms. */
const EVERY_MS = 5_000;
/** Whoever asks for metrics waits for it no longer, ms. */
const PATIENCE_MS = 2_000;
/** Accounts of budgets that are looked at, the fullest first. */
const MOST_ACCOUNTS = 1_000;

const PICO = 1e12;

/** What asking the database takes. */
export interface DatabaseMetricsTerms {
  readonly clock: Clock;
  readonly replicaId: string;
  readonly ready: () => Promise<boolean>;
  readonly environments: () => readonly OpenEnvironment[];
}

/** How the database answers, and what it knows of budgets: asked for seldom, and kept in between. */
export class DatabaseMetrics {
  readonly #terms: DatabaseMetricsTerms;
  #askedAt = Number.NEGATIVE_INFINITY;
  #known: readonly MetricFamily[] = [];
  #asking: Promise<void> | null = null;

  constructor(terms: DatabaseMetricsTerms) {
    this.#terms = terms;
  }

  /** Never rejects, and never waits long: a database that does not answer is one that is down. */
  async families(): Promise<readonly MetricFamily[]> {
    const { clock } = this.#terms;
    if (clock.elapsed() - this.#askedAt < EVERY_MS) return this.#known;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    try {
      await withDeadline(clock, PATIENCE_MS, this.#asking);
      return this.#known;
    } catch {
      return [down];
    }
  }

  async #ask(): Promise<void> {
    const { clock, ready, environments } = this.#terms;
    const startedAt = clock.elapsed();
    const isUp = await ready().catch(() => false);
    const ping = (clock.elapsed() - startedAt) / 1_000;
    const budgets = isUp ? await Promise.all(environments().map((one) => this.#budgetsOf(one))) : [];
    this.#known = isUp
      ? [
          numbers("databaseUp", [{ labels: {}, value: 1 }]),
          numbers("databasePing", [{ labels: {}, value: ping }]),
          numbers(
            "budgetLimit",
            budgets.flatMap(({ limits }) => limits),
          ),
          numbers(
            "budgetSpent",
            budgets.flatMap(({ spent }) => spent),
          ),
        ]
      : [down];
    this.#askedAt = clock.elapsed();
  }

  async #budgetsOf({
    name,
    gateway,
    stores,
  }: OpenEnvironment): Promise<{ limits: readonly NumberPoint[]; spent: readonly NumberPoint[] }> {
    const rules = gateway.settings().meters?.budgets ?? [];
    if (rules.length === 0) return { limits: [], spent: [] };
    const { clock, replicaId } = this.#terms;
    const accounts = await stores.budgets.list(clock.now(), MOST_ACCOUNTS, replicaId).catch(() => []);
    const fullest = rules.flatMap((rule) => {
      const own = accounts.filter(({ budget }) => budget === rule.name);
      return [{ name: rule.name, limitPico: rule.limitPico, spentPico: own.reduce(larger, 0n) }];
    });
    const pointOf = (budget: string, pico: bigint): NumberPoint => ({
      labels: { environment: name(), budget },
      value: Number(pico) / PICO,
    });
    return {
      limits: fullest.map((one) => pointOf(one.name, one.limitPico)),
      spent: fullest.map((one) => pointOf(one.name, one.spentPico)),
    };
  }
}

const down: MetricFamily = numbers("databaseUp", [{ labels: {}, value: 0 }]);

const larger = (most: bigint, { settledPico }: BankAccount): bigint => (settledPico > most ? settledPico : most);
