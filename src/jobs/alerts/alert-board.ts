import type { Alert } from "../../domain/alerts/alert.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { consoleLink } from "../../domain/alerts/console-link.ts";
import { hearOutside, isOurs, outsideAlert } from "../../domain/alerts/outside-alert.ts";
import type { OutsideAlert } from "../../domain/alerts/outside-alert.ts";
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
  /** Beginning of the period, epoch ms. */
  readonly since: number;
  readonly budget: BudgetLeft;
  readonly burns: readonly {
    readonly window: BurnWindow;
    readonly long: number | null;
    readonly short: number | null;
  }[];
}

/** How often a change is tried again where another server was faster. */
const MOST_TRIES = 3;

/** Rules and service levels as anybody may ask for them, on every server: what they find is worked out when it is asked. */
export class AlertBoard {
  readonly #terms: AlertBoardTerms;
  /** By environment: whoever asks often asks the database seldom. */
  readonly #caches = new Map<string, FactCache>();

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

  backtest(environment: string, query: RuleBacktestQuery): Promise<RuleBacktest> {
    const { settingsOf, endpointsOf, series, clock } = this.#terms;
    const settings = settingsOf(environment) ?? { rules: [], slos: [] };
    return backtestRules(
      { environment, series, settings, endpoints: endpointsOf(environment), now: clock.now() },
      query,
    );
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

  /** Takes alerts of another system; answers how many it knew nothing of. Our own that come back are left out. */
  async hear(environment: string, heard: readonly OutsideAlert[]): Promise<number> {
    const { alerts, endpointsOf, clock } = this.#terms;
    const place = { environment, endpoints: endpointsOf(environment), now: clock.now() };
    let changed = 0;
    for (const outside of heard) {
      if (isOurs(outside)) continue;
      const fresh = outsideAlert(outside, place);
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const known = await alerts.byFingerprint(fresh.fingerprint);
        const step = hearOutside(known ?? fresh, outside, place);
        if (step === null) break;
        const appended = await alerts.append([step]);
        changed += appended.length;
        if (appended.length > 0) break;
      }
    }
    return changed;
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
    const tallyOf = async (lengthMs: number) => {
      const query = { from: now - lengthMs, to: now, where: { environment, endpoint: slo.endpoint }, histograms };
      const place = { key: `${slo.name} ${lengthMs} ${histograms.join(" ")}`, windowMs: lengthMs };
      return (await cache.window(now, place, () => tallyBetween(series, query))).get(slo.endpoint);
    };
    const rateOf = async (lengthMs: number): Promise<number | null> =>
      burnOf(slo, await tallyOf(lengthMs), lengthMs).rate;
    const burns: { window: BurnWindow; long: number | null; short: number | null }[] = [];
    for (const window of slo.windows) {
      burns.push({ window, long: await rateOf(window.longMs), short: await rateOf(window.shortMs) });
    }
    const since = now - slo.periodMs;
    return { slo, since, budget: budgetLeft(slo, await tallyOf(slo.periodMs)), burns };
  }
}
