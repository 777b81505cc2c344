import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import { describeTrouble } from "../../domain/alerts/describe-trouble.ts";
import { episodeKey } from "../../domain/alerts/alert.ts";
import type { AlertTransition } from "../../domain/alerts/alert.ts";
import { tellsOfFailures } from "../../domain/alerts/tells-of-failures.ts";
import {
  followAlerts,
  followCalls,
  incidentFor,
  openedBy,
  opensIncident,
  RELAPSE_MS,
} from "../../domain/incidents/follow-alerts.ts";
import type { IncidentPolicy } from "../../domain/incidents/follow-alerts.ts";
import type { Incident, IncidentAlert } from "../../domain/incidents/incident.ts";
import { isOpenIncident } from "../../domain/incidents/incident.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import { LeaderRounds } from "../leader-rounds.ts";
import type { Recoveries } from "../now/recoveries.ts";
import type { IncidentDesk } from "./incident-desk.ts";

/** How often alerts are looked at, ms. */
const EVERY_MS = 2_000;
/** Transitions read at once, and how far back the first look goes, ms: a server that was away opens what it missed. */
const PAGE = 500;
const BACK_MS = 24 * 3_600_000;
/** How long after a recovery a relapse is looked for, ms: until it is told by whole minutes. */
const LOOKED_FOR_MS = RELAPSE_MS + 10 * 60_000;
/** Incidents resolved of late that are looked at once more. */
const MOST_LATE = 50;
const MACHINE = { kind: "machine" } as const;

const WATCHING = "opening incidents from alerts";

/** What watching needs. */
export interface IncidentWatchTerms {
  readonly alerts: Pick<AlertStore, "firing" | "transitions">;
  readonly incidents: Pick<IncidentStore, "list" | "ofAlerts" | "byId">;
  readonly desk: IncidentDesk;
  readonly policy: (environment: string) => IncidentPolicy;
  /** What a rule watches, for titles; `undefined` where it is gone, or the alert is another system's. */
  readonly rule: (environment: string, name: string) => AlertRule | undefined;
  /** Says when calls that failed are well again. */
  readonly recoveries: Pick<Recoveries, "find">;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** One replica watches; two that do open nothing twice. */
  readonly isLeader: () => boolean;
}

/** An alert that fires or has fired, with when it ended. */
interface Episode extends IncidentAlert {
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Opens incidents from alerts and follows them. Level-triggered: every look compares what fires and what has fired with what
 * belongs to incidents, so that a look may be late, repeated or on two replicas.
 */
export class IncidentWatch {
  readonly #terms: IncidentWatchTerms;
  #cursor: number | null = null;
  /** Alerts that have ended, by their keys, epoch ms; bounded by the pages that are read. */
  readonly #ended = new Map<string, number>();
  readonly #rounds: LeaderRounds;

  constructor(terms: IncidentWatchTerms) {
    this.#terms = terms;
    this.#rounds = new LeaderRounds({ what: WATCHING, everyMs: EVERY_MS, look: () => this.look() }, terms);
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): void {
    this.#rounds.stop();
  }

  /** Looks once at all environments. */
  async look(): Promise<void> {
    const { alerts, incidents, clock } = this.#terms;
    const missed = await this.#readOn();
    const firing = (await alerts.firing()).map((alert) =>
      this.#episode({ ...alert, startedAt: alert.startedAt ?? alert.since, firedAt: alert.since }, null),
    );
    const firingKeys = new Set(firing.map(({ key }) => key));
    const all = new Map([...missed, ...firing].map((episode) => [episode.key, episode]));
    const known = await incidents.ofAlerts([...all.keys()]);
    const fresh = [...all.values()]
      .filter(({ key }) => !known.has(key))
      .toSorted((one, other) => one.firedAt - other.firedAt);
    const openIn = new Map<string, readonly Incident[]>();
    for (const episode of fresh) await this.#place(episode, openIn);
    const open = await incidents.list({ open: true, limit: 500 });
    for (const incident of open) await this.#follow(incident, { firingKeys, now: clock.now() });
    // Who resolves one at once is faster than the watch: what mended it is noted all the same.
    const late = await incidents.list({ since: clock.now() - LOOKED_FOR_MS, limit: MOST_LATE });
    for (const incident of late) if (incident.state === "resolved") await this.#followCalls(incident, clock.now());
    if (this.#ended.size > 10 * PAGE) this.#ended.clear();
  }

  /** Reads what happened since the last look; answers what has fired meanwhile, be it over or not. */
  async #readOn(): Promise<readonly Episode[]> {
    const { alerts, clock } = this.#terms;
    const fired: Episode[] = [];
    const take = (transitions: readonly AlertTransition[]): void => {
      for (const transition of transitions) {
        const key = episodeKey(transition);
        if (transition.from === "firing" && transition.to !== "firing") this.#ended.set(key, transition.at);
        if (transition.to !== "firing" || transition.at < clock.now() - BACK_MS) continue;
        fired.push(
          this.#episode(
            { ...transition, startedAt: transition.startedAt ?? transition.at, firedAt: transition.at },
            null,
          ),
        );
      }
    };
    if (this.#cursor === null) {
      const newest = await alerts.transitions({ since: 0, newestFirst: true, limit: PAGE });
      take(newest.toReversed());
      this.#cursor = newest[0]?.seq ?? 0;
      return fired;
    }
    for (;;) {
      const page = await alerts.transitions({ since: this.#cursor, limit: PAGE });
      take(page);
      this.#cursor = page.at(-1)?.seq ?? this.#cursor;
      if (page.length < PAGE) return fired;
    }
  }

  #episode(
    alert: Pick<
      AlertTransition,
      "fingerprint" | "episode" | "rule" | "endpoint" | "labels" | "severity" | "summary" | "runbook" | "environment"
    > & {
      readonly startedAt: number;
      readonly firedAt: number;
    },
    endedAt: number | null,
  ): Episode {
    const { fingerprint, rule, endpoint, labels, severity, summary, runbook, startedAt, firedAt, environment } = alert;
    const provider = labels["provider"] ?? null;
    const known = this.#terms.rule(environment, rule);
    return {
      key: episodeKey(alert),
      fingerprint,
      rule,
      endpoint,
      provider,
      severity,
      summary,
      runbook,
      startedAt,
      firedAt,
      endedAt,
      environment,
      labels,
      ...(labels["rollout"] !== undefined && { rollout: labels["rollout"] }),
      ...(known !== undefined && { isOfFailures: tellsOfFailures(known) }),
    };
  }

  /** Joins an alert to the incident that it belongs to, or opens one where it is bad enough. */
  async #place(episode: Episode, openIn: Map<string, readonly Incident[]>): Promise<void> {
    const { incidents, desk, policy } = this.#terms;
    const { environment, labels: _, ...alert } = episode;
    if (alert.severity === "info" && !opensIncident(policy(environment), alert.severity)) return;
    const open = openIn.get(environment) ?? (await incidents.list({ environment, open: true, limit: 500 }));
    openIn.set(environment, open);
    const incident = incidentFor(alert, open);
    if (incident === null) {
      if (!opensIncident(policy(environment), alert.severity)) return;
      openIn.delete(environment);
      const opened = openedBy(alert, environment, this.#titleOf(environment, episode));
      if (opened.type === "Opened") await desk.open(opened, MACHINE);
      return;
    }
    const terms = {
      joining: [alert],
      ended: new Map<string, number>(),
      now: this.#terms.clock.now(),
      policy: policy(environment),
    };
    openIn.delete(environment);
    await desk.append(incident, followAlerts(incident, terms), MACHINE);
  }

  #titleOf(environment: string, { rule: name, labels }: Episode): string | null {
    const rule = this.#terms.rule(environment, name);
    return rule === undefined ? null : describeTrouble(rule, labels);
  }

  async #follow(
    incident: Incident,
    { firingKeys, now }: { readonly firingKeys: ReadonlySet<string>; readonly now: number },
  ): Promise<void> {
    if (!isOpenIncident(incident)) return;
    const { desk, policy } = this.#terms;
    const over = incident.alerts.filter(({ key, endedAt }) => endedAt === null && !firingKeys.has(key));
    const ended = new Map(over.map(({ key }) => [key, this.#ended.get(key) ?? now]));
    const facts = followAlerts(incident, { joining: [], ended, now, policy: policy(incident.environment) });
    const followed = await desk.append(incident, facts, MACHINE);
    if (followed !== null) await this.#followCalls(followed, now);
  }

  /** Notes that the calls of a trouble are well, and that they fail again soon after. */
  async #followCalls(incident: Incident, now: number): Promise<void> {
    const { environment, endpoints, startedAt, recovered = null, alerts } = incident;
    const isOpen = isOpenIncident(incident);
    const isKnown = recovered !== null && (!isOpen || recovered.at < now - LOOKED_FOR_MS);
    if (isKnown || incident.mergedInto !== null || !alerts.some(({ isOfFailures }) => isOfFailures === true)) return;
    const found = await this.#terms.recoveries.find({ environment, endpoints, startedAt });
    if (found.state === "unknown" || (found.state === "failing" && !isOpen)) return;
    const facts = followCalls(incident, found.state === "well" ? found.recovery : null);
    await this.#terms.desk.append(incident, facts, MACHINE);
  }
}
