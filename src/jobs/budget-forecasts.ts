import type { BudgetRule } from "../domain/budgets/budget-rule.ts";
import { forecastName, forecastSubjects } from "./forecast-subjects.ts";
import type { ForecastSubject } from "./forecast-subjects.ts";
import type { WindowForecast } from "./look-at-spend.ts";
import type { Clock } from "../ports/clock.ts";
import type { SpendStore } from "../ports/spend-store.ts";

/** A forecast holds for so long, ms: it rests on weeks. */
const HOLDS_MS = 60_000;
const MOST_KEPT = 10_000;

/** An account as far as its forecast needs it. Money in pico-dollars. */
export interface ForecastAccount {
  readonly rule: BudgetRule | undefined;
  /** Empty where nobody has used the budget yet. */
  readonly subject: string;
  readonly spentPico: bigint;
}

/**
 * Whose spend a budget counts, where hours of spend tell it alone; `null` where they do not: they know endpoints and
 * keys, and no tenants, and users only by their names.
 */
export function spendSubjectOf(
  { per, only }: Pick<BudgetRule, "per" | "only">,
  subject: string,
): ForecastSubject | null {
  const { tenants, keys = [], endpoints = [], models } = only;
  if (tenants !== undefined || models !== undefined || keys.length > 1 || endpoints.length > 1) return null;
  const [keyId] = per === "key" ? [subject] : keys;
  const [endpoint] = per === "endpoint" ? [subject] : endpoints;
  if ((per !== "environment" && per !== "key" && per !== "endpoint") || keyId === "" || endpoint === "") return null;
  return { ...(endpoint !== undefined && { endpoint }), ...(keyId !== undefined && { keyId }) };
}

/** What budgets of a day or a month are expected to come to, by the pace of the last four weeks. */
export class BudgetForecasts {
  readonly #clock: Pick<Clock, "now">;
  readonly #known = new Map<string, { readonly at: number; readonly windows: readonly WindowForecast[] }>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** One number for each account, pico-dollars; `null` where nothing can be expected yet, or nobody can say. */
  async of(
    { environment, spend }: { readonly environment: string; readonly spend: SpendStore },
    accounts: readonly ForecastAccount[],
  ): Promise<readonly (bigint | null)[]> {
    const about = accounts.map(({ rule, subject }) =>
      rule?.window === "day" || rule?.window === "month" ? spendSubjectOf(rule, subject) : null,
    );
    const asked = about.filter((one) => one !== null);
    const windows = await this.#windows(environment, asked, (missing, now) => forecastSubjects(spend, missing, now));
    return accounts.map(({ rule, spentPico }, index) => {
      const own = about[index] ?? null;
      const known = own === null ? [] : (windows.get(forecastName(own)) ?? []);
      const forecast = known.find(({ window }) => window === rule?.window)?.forecast ?? null;
      return forecast === null ? null : spentPico + forecast.expectedPico - forecast.spentPico;
    });
  }

  /** By the names of the subjects; those that hold no longer are looked for together. */
  async #windows(
    environment: string,
    subjects: readonly ForecastSubject[],
    lookFor: (missing: readonly ForecastSubject[], now: number) => Promise<Windows>,
  ): Promise<Windows> {
    const now = this.#clock.now();
    const keyOf = (name: string): string => JSON.stringify([environment, name]);
    const windows = new Map<string, readonly WindowForecast[]>();
    const missing = new Map<string, ForecastSubject>();
    for (const subject of subjects) {
      const name = forecastName(subject);
      const known = this.#known.get(keyOf(name));
      if (known !== undefined && now >= known.at && now - known.at < HOLDS_MS) windows.set(name, known.windows);
      else missing.set(name, subject);
    }
    if (missing.size === 0) return windows;
    if (this.#known.size + missing.size > MOST_KEPT) this.#known.clear();
    for (const [name, found] of await lookFor([...missing.values()], now)) {
      windows.set(name, found);
      this.#known.set(keyOf(name), { at: now, windows: found });
    }
    return windows;
  }
}

type Windows = ReadonlyMap<string, readonly WindowForecast[]>;
