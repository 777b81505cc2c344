import type { BudgetRule } from "../domain/budgets/budget-rule.ts";
import { forecastWindows } from "./look-at-spend.ts";
import type { SpendSubject, WindowForecast } from "./look-at-spend.ts";
import type { Clock } from "../ports/clock.ts";
import type { SpendStore } from "../ports/spend-store.ts";

/** A forecast holds for so long, ms: it rests on weeks. */
const HOLDS_MS = 60_000;
/** Forecasts that are made for one list: each reads four weeks of hours. */
const MOST_IN_A_LIST = 20;
const MOST_KEPT = 1_000;

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
export function spendSubjectOf({ per, only }: Pick<BudgetRule, "per" | "only">, subject: string): SpendSubject | null {
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
    place: { readonly environment: string; readonly spend: SpendStore },
    accounts: readonly ForecastAccount[],
  ): Promise<readonly (bigint | null)[]> {
    const asked = new Set<string>();
    const expected: (bigint | null)[] = [];
    for (const { rule, subject, spentPico } of accounts) {
      const about = rule === undefined ? null : spendSubjectOf(rule, subject);
      const name = JSON.stringify(about);
      const isLeftOut = about === null || (asked.size >= MOST_IN_A_LIST && !asked.has(name));
      if (!isLeftOut) asked.add(name);
      const windows = isLeftOut ? [] : await this.#windows(place, about);
      const forecast = windows.find(({ window }) => window === rule?.window)?.forecast ?? null;
      expected.push(forecast === null ? null : spentPico + forecast.expectedPico - forecast.spentPico);
    }
    return expected;
  }

  async #windows(
    { environment, spend }: { readonly environment: string; readonly spend: SpendStore },
    subject: SpendSubject,
  ): Promise<readonly WindowForecast[]> {
    const key = JSON.stringify([environment, subject]);
    const now = this.#clock.now();
    const known = this.#known.get(key);
    if (known !== undefined && now >= known.at && now - known.at < HOLDS_MS) return known.windows;
    const windows = await forecastWindows(spend, subject, now);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, { at: now, windows });
    return windows;
  }
}
