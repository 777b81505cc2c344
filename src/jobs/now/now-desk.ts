import type { Change } from "../../domain/changes/change.ts";
import { actionsOf } from "../../domain/now/actions-of.ts";
import type { NowAction } from "../../domain/now/actions-of.ts";
import { failuresOf } from "../../domain/now/failures-of.ts";
import type { FailureGroup } from "../../domain/now/failures-of.ts";
import { figuresOf } from "../../domain/now/figures-of.ts";
import type { Figure } from "../../domain/now/figures-of.ts";
import { firingOf } from "../../domain/now/firing-of.ts";
import type { AlertNow, NowFacts, SituationName } from "../../domain/now/situation.ts";
import { tellNow } from "../../domain/now/tell-now.ts";
import type { NowTelling } from "../../domain/now/tell-now.ts";
import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { Alert } from "../../domain/alerts/alert.ts";
import { isOpenIncident } from "../../domain/incidents/incident.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import { gatherActionTerms } from "./gather-action-terms.ts";
import { gatherEndpoints } from "./gather-endpoints.ts";
import { FailedReader } from "./failed-calls.ts";
import { gatherReach } from "./gather-reach.ts";
import type { Reach, ReachSources } from "./gather-reach.ts";
import { leftOutCheck } from "./left-out-check.ts";
import type { NowSources, TelemetryCheck } from "./now-sources.ts";
import { blindFacts, gatherStops } from "./gather-stops.ts";
import { SeriesReader } from "./series-reader.ts";
import { tellTrouble } from "./tell-trouble.ts";
import type { TroubleQuestion, TroubleSources } from "./tell-trouble.ts";
import { TroubleClock } from "./trouble-times.ts";
import { withWellSince } from "./with-well-since.ts";

/** Everything that a person on call sees in one glance. Times are epoch milliseconds. */
export interface NowView extends NowTelling {
  readonly at: number;
  readonly environment: string;
  readonly facts: NowFacts;
  /** Newest first, of the last hour. */
  readonly changes: readonly Change[];
  readonly figures: readonly (Figure & { readonly usualWhat: string; readonly firing: string | null })[];
  readonly reach: Reach | null;
  readonly actions: readonly NowAction[];
  readonly failures: readonly FailureGroup[];
  readonly incidents: readonly Incident[];
  readonly alerts: readonly AlertNow[];
  readonly telemetry: readonly TelemetryCheck[];
}

/** What is looked at: an environment, or one endpoint of it. */
export interface NowQuestion {
  readonly environment: string;
  readonly endpoint: string | null;
}

/** A view is told again to whoever asks within so many ms. */
const KEPT_MS = 1_000;
const HOUR_MS = 3_600_000;
const FIVE_MINUTES_MS = 5 * 60_000;
const MOST_INCIDENTS = 20;
/** Views that are remembered for when the database is away. */
const MOST_VIEWS = 200;

/** Makes the view of this moment, for everybody who asks at the same time once. */
export class NowDesk {
  readonly #sources: NowSources;
  readonly #series: SeriesReader;
  readonly #troubles: TroubleClock;
  readonly #reachSources: ReachSources;
  readonly #views = new Map<string, { readonly at: number; readonly view: Promise<NowView> }>();
  readonly #last = new Map<string, NowView>();
  #troubledSince: number | null = null;

  constructor(sources: NowSources) {
    this.#sources = sources;
    this.#series = new SeriesReader(sources.series);
    this.#troubles = new TroubleClock(sources.calls);
    const { series, calls, clock } = sources;
    this.#reachSources = { series, calls, failed: new FailedReader(calls, clock) };
  }

  /** The view as it was at most a second ago. Does not reject while the database is away: it tells what was known before. */
  view(question: NowQuestion): Promise<NowView> {
    const key = `${question.environment} ${question.endpoint ?? ""}`;
    const now = this.#sources.clock.elapsed();
    const known = this.#views.get(key);
    if (known !== undefined && now - known.at < KEPT_MS) return known.view;
    if (this.#views.size >= MOST_VIEWS) this.#views.clear();
    const view = this.#make(question, key);
    this.#views.set(key, { at: now, view });
    return view;
  }

  /** Something has changed: the next view is made anew, however young the last one is. */
  forget(): void {
    this.#views.clear();
  }

  async #make(question: NowQuestion, key: string): Promise<NowView> {
    const { clock, trouble } = this.#sources;
    const why = await trouble();
    this.#troubledSince = why === null ? null : (this.#troubledSince ?? clock.now());
    try {
      const view = await this.#gather(question);
      if (this.#last.size >= MOST_VIEWS) this.#last.clear();
      this.#last.set(key, view);
      return why === null ? view : this.#troubled(view, why);
    } catch (error) {
      const known = this.#last.get(key) ?? (await this.#blind(question));
      this.#troubledSince ??= clock.now();
      return this.#troubled(known, why ?? `it cannot be read (${error instanceof Error ? error.name : "unknown"})`);
    }
  }

  /** What is known without the database. */
  async #blind(question: NowQuestion): Promise<NowView> {
    const { environments, clock, away } = this.#sources;
    const now = clock.now();
    const gateway = environments.named(question.environment) ?? environments.forKey({});
    const facts = blindFacts(gateway, away(question.environment), now);
    return {
      at: now,
      environment: question.environment,
      facts,
      ...tellNow(facts),
      changes: [],
      figures: withFiring(figuresOf({ recent: NOTHING, hour: NOTHING, usual: NOTHING }), [], "nothing"),
      reach: null,
      actions: actionsOf({ environment: question.environment, endpoint: null, frozen: null, rollouts: 0 }),
      failures: [],
      incidents: [],
      alerts: [],
      telemetry: await this.#sources.telemetry(),
    };
  }

  #troubled(view: NowView, trouble: string): NowView {
    const facts = { ...view.facts, database: { trouble, since: this.#troubledSince } };
    return { ...view, facts, ...tellNow({ ...facts, now: this.#sources.clock.now() }) };
  }

  async #gather({ environment, endpoint }: NowQuestion): Promise<NowView> {
    const { environments, clock, changes, away, rules } = this.#sources;
    const now = clock.now();
    const gateway = environments.named(environment) ?? environments.forKey({});
    const place = { environment, ...(endpoint !== null && { endpoint }) };
    const series = this.#series;
    const hourAgo = { since: now - HOUR_MS, until: now + 1 };
    const [{ minutes, parts, newest: recent, hour }, usual, rollouts, changed, firing, freezes, known, telemetry] =
      await Promise.all([
        series.recent(place, now),
        series.usual(place, now),
        changes.rollouts.between(environment, hourAgo),
        changes.list({ environment, ...(endpoint !== null && { endpoint }), ...hourAgo }),
        this.#sources.alerts.firing(environment),
        this.#sources.freezes.list({ now, about: { environment }, limit: 50 }),
        this.#incidents(environment, now),
        this.#sources.telemetry(),
      ]);
    const alerts = firing.filter(
      (alert) => endpoint === null || alert.endpoint === null || alert.endpoint === endpoint,
    );
    const alertsFound = alerts.map((alert) => alertNow(alert, rules(environment).rules));
    const trouble = this.#troubleTeller({ environment, minutes, incidents: known, alerts: alertsFound });
    const own = { gateway, rollouts, changes: changes.rollouts, away: away(environment) };
    const all = await gatherEndpoints({ ...own, minutes, parts, usual, trouble, now });
    const endpoints = endpoint === null ? all : all.filter((one) => one.endpoint === endpoint);
    const alertsNow = await withWellSince(this.#sources, alertsFound, { environment, endpoints });
    const facts: NowFacts = {
      now,
      endpoints,
      alerts: alertsNow,
      ...gatherStops({ pauses: gateway.pauses.all(), freezes, endpoint }),
      database: null,
    };
    const telling = tellNow(facts);
    return {
      at: now,
      environment,
      facts,
      ...telling,
      changes: changed,
      figures: withFiring(
        figuresOf({ recent, hour, usual: usual.time }),
        firingOf(alerts, rules(environment)),
        usual.what,
      ),
      reach: await this.#reach(environment, telling, now),
      actions: actionsOf(
        await gatherActionTerms(this.#sources, { environment, endpoint, telling, gateway, freezes, rollouts }),
      ),
      failures: failuresOf(parts),
      incidents: known.filter(isOpenIncident),
      alerts: facts.alerts,
      telemetry: [...telemetry, ...leftOutCheck(firing)],
    };
  }

  /** Those that are open, and those of the last day: what was well again is no part of what fails now. */
  async #incidents(environment: string, now: number): Promise<readonly Incident[]> {
    const { incidents } = this.#sources;
    const [open, late] = await Promise.all([
      incidents.list({ environment, open: true, limit: MOST_INCIDENTS }),
      incidents.list({ environment, since: now - 24 * HOUR_MS, limit: MOST_INCIDENTS }),
    ]);
    const ids = new Set(open.map(({ id }) => id));
    return [...open, ...late.filter(({ id, mergedInto }) => mergedInto === null && !ids.has(id))];
  }

  #troubleTeller(terms: Pick<TroubleSources, "environment" | "minutes" | "incidents" | "alerts">) {
    const { series, changes } = this.#sources;
    const sources = { ...terms, series, changes, clock: this.#troubles };
    return (asked: TroubleQuestion) => tellTrouble(sources, asked);
  }

  /** Whom the worst trouble has reached; `null` where there is none with a beginning. Failing endpoints are told together. */
  async #reach(environment: string, { situations }: NowTelling, now: number): Promise<Reach | null> {
    const hurting = situations.filter(({ weight, since }) => weight !== "info" && since !== null);
    const [worst] = hurting;
    if (worst === undefined) return null;
    const failing = hurting.filter(({ situation }) => OF_CALLS.has(situation));
    const together = OF_CALLS.has(worst.situation) ? failing : [worst];
    const times = together.map(({ harm, since }) => harm ?? { since: since ?? now, until: null, release: null });
    const named = together.map(({ endpoint }) => endpoint);
    const endpoints = named.every((name) => name !== null) ? [...new Set(named)] : [];
    const since = Math.max(now - 24 * HOUR_MS, Math.min(...times.map((one) => one.since)));
    const until = Math.max(...times.map((one) => one.until ?? now));
    const release = times.length === 1 ? (times[0]?.release ?? null) : null;
    const minutes = until < now ? null : await this.#series.since(environment, since, now);
    return gatherReach(this.#reachSources, {
      environment,
      endpoints,
      since,
      until,
      now,
      release,
      ...(minutes !== null && { minutes }),
    });
  }
}

/** Situations of calls that fail. */
const OF_CALLS: ReadonlySet<SituationName> = new Set(["failing", "degraded", "recovering"]);

const NOTHING = { tally: null, windowMs: FIVE_MINUTES_MS };

function alertNow(alert: Alert, rules: readonly Pick<AlertRule, "name" | "signal">[]): AlertNow {
  const { rule, severity, endpoint, startedAt, since, summary, acknowledged, labels } = alert;
  const about = rules.find(({ name }) => name === rule)?.signal.name;
  const { provider, model } = labels;
  return {
    rule,
    ...(about !== undefined && { about }),
    ...(provider !== undefined && model !== undefined && { model: `${provider}/${model}` }),
    weight: severity,
    endpoint,
    since: startedAt ?? since,
    summary,
    acknowledged: acknowledged === null ? null : { by: acknowledged.by, at: acknowledged.at },
  };
}

const withFiring = (
  figures: readonly Figure[],
  firing: ReadonlyMap<Figure["figure"], string> | readonly never[],
  usualWhat: string,
): NowView["figures"] =>
  figures.map((figure) => ({
    ...figure,
    usualWhat,
    firing: firing instanceof Map ? (firing.get(figure.figure) ?? null) : null,
  }));
