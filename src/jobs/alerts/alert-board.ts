import type { Alert } from "../../domain/alerts/alert.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { consoleLink } from "../../domain/alerts/console-link.ts";
import type { OutsideAlert } from "../../domain/alerts/outside-alert.ts";
import { RollwardError } from "../../domain/errors.ts";
import { budgetLeft, burnOf, histogramsFor } from "../../domain/slo/burn.ts";
import type { BudgetLeft } from "../../domain/slo/burn.ts";
import type { BurnWindow, Slo } from "../../domain/slo/slo.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Ids } from "../../ports/ids.ts";
import type { NotifierAnswer, Notifiers } from "../../ports/notifier.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { SightingBoard } from "../../ports/sighting-board.ts";
import { backtestRules } from "./backtest-rules.ts";
import type { RuleBacktest, RuleBacktestQuery } from "./backtest-rules.ts";
import { findAlerts } from "./evaluate-rules.ts";
import type { AlertFinding } from "./evaluate-rules.ts";
import { hearAlerts } from "./hear-alerts.ts";
import type { HeardAlerts } from "./hear-alerts.ts";
import { FactCache, loadFacts } from "./load-facts.ts";
import { tallyBetween } from "./tally-between.ts";

/** What people may ask about alerts needs. */
export interface AlertBoardTerms {
  readonly alerts: AlertStore;
  readonly sightings: Pick<SightingBoard, "between">;
  readonly series: Pick<SeriesStore, "query">;
  readonly notifiers: Pick<Notifiers, "tell">;
  /** `null` before a project is in force there. */
  readonly settingsOf: (environment: string) => AlertSettings | null;
  readonly endpointsOf: (environment: string) => readonly string[];
  /** Where people reach this server, without a slash at its end; `null` where it does not know. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A service level as it stands. */
export interface SloStanding {
  readonly slo: Slo;
  /** Beginning of the period, and when its numbers were read, epoch ms: what servers counted within the last seconds is not in them. */
  readonly since: number;
  readonly asOf: number;
  readonly budget: BudgetLeft;
  readonly burns: readonly {
    readonly window: BurnWindow;
    readonly long: number | null;
    readonly short: number | null;
  }[];
}

/** Rules and service levels as anybody may ask for them, on every server: what they find is worked out when it is asked. */
export class AlertBoard {
  readonly #terms: AlertBoardTerms;
  /** By environment: whoever asks often asks the database seldom. */
  readonly #caches = new Map<string, FactCache>();
  #isBacktesting = false;

  constructor(terms: AlertBoardTerms) {
    this.#terms = terms;
  }

  settings(environment: string): AlertSettings | null {
    return this.#terms.settingsOf(environment);
  }

  /** What every rule finds now. */
  async look(environment: string): Promise<readonly AlertFinding[]> {
    const { settingsOf, endpointsOf, alerts, series, sightings, clock } = this.#terms;
    const settings = settingsOf(environment);
    if (settings === null) return [];
    const parts = { environment, series, sightings, settings, cache: this.#cacheOf(environment, "rules") };
    const facts = await loadFacts({ ...parts, endpoints: endpointsOf(environment) }, clock.now());
    const states = new Map((await alerts.states(environment)).map((alert) => [alert.fingerprint, alert]));
    return findAlerts(settings.rules, facts, states);
  }

  /** Every service level with its budget. */
  async slos(environment: string): Promise<readonly SloStanding[]> {
    const { settingsOf, clock } = this.#terms;
    const now = clock.now();
    const slos = settingsOf(environment)?.slos ?? [];
    return Promise.all(slos.map((slo) => this.#standing(environment, slo, now)));
  }

  /** When rules would have fired. One at a time on a server: throws `alert_backtest_busy` meanwhile. */
  async backtest(environment: string, query: RuleBacktestQuery): Promise<RuleBacktest> {
    const { settingsOf, endpointsOf, series, clock } = this.#terms;
    if (this.#isBacktesting) throw new RollwardError("alert_backtest_busy");
    this.#isBacktesting = true;
    try {
      const settings = settingsOf(environment) ?? { rules: [], slos: [] };
      const endpoints = endpointsOf(environment);
      return await backtestRules({ environment, series, settings, endpoints, now: clock.now() }, query);
    } finally {
      this.#isBacktesting = false;
    }
  }

  /** Sends a marked test at once, past the outbox; `null` where there is no such notifier. */
  async test(environment: string, notifier: string, by: string): Promise<NotifierAnswer | null> {
    const { settingsOf, notifiers, clock, ids, publicUrl } = this.#terms;
    const settings = settingsOf(environment)?.notifiers.get(notifier);
    if (settings === undefined) return null;
    const id = ids.next("ntc");
    const at = clock.now();
    const title = `Test of the notifier ${notifier} by ${by}. Nothing is wrong.`;
    const labels = { alertname: "test", severity: "info", environment };
    const alert = {
      fingerprint: "0000000000000000",
      status: "firing",
      severity: "info",
      labels,
      summary: title,
      runbook: null,
      startsAt: at,
      endsAt: at,
    } as const;
    return notifiers.tell(settings, {
      id,
      telling: {
        reason: "test",
        status: "firing",
        severity: "info",
        dedupKey: `rollward:${environment}:test:${id}`,
        environment,
        endpoint: null,
        title,
        alerts: [alert],
        more: 0,
        at,
        by: null,
        url: consoleLink(publicUrl, "/alerts", environment),
      },
    });
  }

  /** Takes alerts of another system; see `hearAlerts`. */
  hear(environment: string, heard: readonly OutsideAlert[]): Promise<HeardAlerts> {
    const { alerts, endpointsOf, clock } = this.#terms;
    return hearAlerts(alerts, heard, { environment, endpoints: endpointsOf(environment), now: clock.now() });
  }

  /** Alerts of an environment as they stand, those of other systems too. */
  async states(environment: string): Promise<readonly Alert[]> {
    return this.#terms.alerts.states(environment);
  }

  #cacheOf(environment: string, what: string): FactCache {
    const key = `${environment} ${what}`;
    const cache = this.#caches.get(key) ?? new FactCache();
    this.#caches.set(key, cache);
    return cache;
  }

  async #standing(environment: string, slo: Slo, now: number): Promise<SloStanding> {
    const { series } = this.#terms;
    const histograms = histogramsFor(slo.indicator);
    const cache = this.#cacheOf(environment, "service levels");
    const keyOf = (lengthMs: number): string => `${slo.name} ${lengthMs} ${histograms.join(" ")}`;
    const tallyOf = async (lengthMs: number) => {
      const query = { from: now - lengthMs, to: now, where: { environment, endpoint: slo.endpoint }, histograms };
      const key = keyOf(lengthMs);
      return (await cache.window(now, key, () => tallyBetween(series, query, cache.hours(now)))).get(slo.endpoint);
    };
    const rateOf = async (lengthMs: number): Promise<number | null> =>
      burnOf(slo, await tallyOf(lengthMs), lengthMs).rate;
    const burns: { window: BurnWindow; long: number | null; short: number | null }[] = [];
    for (const window of slo.windows) {
      burns.push({ window, long: await rateOf(window.longMs), short: await rateOf(window.shortMs) });
    }
    const since = now - slo.periodMs;
    const budget = budgetLeft(slo, await tallyOf(slo.periodMs));
    return { slo, since, asOf: cache.readAt(keyOf(slo.periodMs)) ?? now, budget, burns };
  }
}
