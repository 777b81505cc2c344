import type { AlertTransition } from "../../domain/alerts/alert.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import type { AlertDelivery } from "../../domain/alerts/delivery.ts";
import { emptyDesk } from "../../domain/alerts/desk.ts";
import type { AlertDesk } from "../../domain/alerts/desk.ts";
import { EVALUATE_MS, evaluationTimes } from "../../domain/alerts/evaluation-times.ts";
import type { Sighting } from "../../domain/alerts/sighting.ts";
import type { AlertStep } from "../../domain/alerts/step-alert.ts";
import { tellGroups } from "../../domain/alerts/tell-groups.ts";
import type { GroupMessage } from "../../domain/alerts/tell-groups.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Ids } from "../../ports/ids.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import type { SightingBoard } from "../../ports/sighting-board.ts";
import type { SilenceStore } from "../../ports/silence-store.ts";
import { CostNotes } from "./cost-notes.ts";
import { evaluateAlerts } from "./evaluate-rules.ts";
import type { FirstSign } from "./first-sign.ts";
import { FactCache, loadFacts } from "./load-facts.ts";
import { linkMessages } from "./link-messages.ts";
import type { LinkTerms } from "./link-messages.ts";
import { tellChanges } from "./tell-changes.ts";

/** How often groups are looked at, ms. Rules are evaluated every third time. */
const EVERY_MS = 5_000;
/** After trouble, others write first what they kept meanwhile: it would be missed else. */
const SETTLE_MS = 15_000;
/** Sightings that wait for the database: two hours of them. */
const MOST_KEPT = 480;
/** Transitions that are read at once. */
const MOST_READ = 500;
const MOST_SILENCES = 1_000;
/** Changes of one evaluation whose beginning is looked for; the others begin when they are seen. */
const MOST_BEGINNINGS = 100;
/** Sightings are of use for as long as evaluations are made up for, ms. */
const SIGHTINGS_MS = 6 * 3_600_000;

const WATCHING = "watching the rules of alerts";

/** What watching the alerts of one environment needs. */
export interface AlertWatchTerms {
  readonly environment: () => string;
  /** `null` before a project is in force. */
  readonly settings: () => AlertSettings | null;
  readonly endpoints: () => readonly string[];
  /** What this server sees of itself; `isLeader` has it look at what all have in common as well. */
  readonly sight: (at: number, isLeader: boolean) => Promise<Omit<Sighting, "environment" | "at">>;
  readonly alerts: AlertStore;
  readonly silences: Pick<SilenceStore, "list">;
  readonly outbox: AlertOutbox;
  readonly sightings: SightingBoard;
  readonly series: Pick<SeriesStore, "query">;
  /** Says why an endpoint is dear; absent is that nobody knows. */
  readonly spend?: SpendStore;
  readonly rollouts: Pick<RolloutStore, "list" | "events">;
  readonly releases: Pick<ReleaseStore, "byId">;
  readonly incidents: LinkTerms["incidents"];
  /** When the trouble began that a rule finds at a time, epoch ms; `null` where nothing before it says so. */
  readonly firstSign: FirstSign;
  /** Where people reach this server, without a slash at its end; `null` where it does not know. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly announcer: Announcer;
  /** One server evaluates and tells; two may think so for a moment, and one of them wins every change. */
  readonly isLeader: () => boolean;
}

/** Watches the rules of one environment; the returned function ends that. */
export function watchAlerts(terms: AlertWatchTerms): () => void {
  const watch = new AlertWatch(terms);
  watch.arm();
  return () => watch.stop();
}

/** Sees, evaluates and writes down who is to be told. `turn` never rejects. */
export class AlertWatch {
  readonly #terms: AlertWatchTerms;
  readonly #cache = new FactCache();
  readonly #costs: CostNotes | null;
  #kept: Sighting[] = [];
  #sightedAt = Number.NEGATIVE_INFINITY;
  #settledAt = Number.NEGATIVE_INFINITY;
  #expiredAt = Number.NEGATIVE_INFINITY;
  #isTroubled = false;
  #isStopped = false;
  #cancel: () => void = () => {};

  constructor(terms: AlertWatchTerms) {
    this.#terms = terms;
    this.#costs = terms.spend === undefined ? null : new CostNotes(terms.spend);
  }

  arm(): void {
    this.#cancel = this.#terms.clock.after(EVERY_MS, () => void this.turn().then(() => this.#isStopped || this.arm()));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** One look. */
  async turn(): Promise<void> {
    const { clock, announcer, isLeader, settings } = this.#terms;
    const inForce = settings();
    if (inForce === null) return;
    const isDue = clock.elapsed() - this.#sightedAt >= EVALUATE_MS;
    if (isDue) await this.#look();
    try {
      await this.#leave();
      if (isLeader() && clock.elapsed() >= this.#settledAt) await this.#lead(inForce, isDue);
      if (this.#isTroubled) announcer.recovered(WATCHING);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled && !this.#isStopped) announcer.troubled(WATCHING, error);
      this.#isTroubled = true;
      this.#settledAt = clock.elapsed() + SETTLE_MS;
    }
  }

  /** Sees what there is to see; kept in memory until it can be written. */
  async #look(): Promise<void> {
    const { clock, environment, sight, isLeader } = this.#terms;
    this.#sightedAt = clock.elapsed();
    const at = clock.now();
    const seen = await sight(at, isLeader());
    this.#kept = [...this.#kept, { ...seen, environment: environment(), at }].slice(-MOST_KEPT);
  }

  async #leave(): Promise<void> {
    const { sightings } = this.#terms;
    const leaving = this.#kept;
    if (leaving.length === 0) return;
    await sightings.leave(leaving);
    this.#kept = this.#kept.filter((each) => !leaving.includes(each));
  }

  async #lead(settings: AlertSettings, isDue: boolean): Promise<void> {
    const { outbox, clock, sightings } = this.#terms;
    const environment = this.#terms.environment();
    const now = clock.now();
    const desk = (await outbox.desk(environment)) ?? emptyDesk(environment);
    const evaluatedAt = isDue ? await this.#evaluate(settings, desk, now) : desk.evaluatedAt;
    const lookedAt = desk.evaluatedAt;
    await this.#tell(settings, { ...desk, evaluatedAt }, { lookedAt, mustKeep: isDue || desk.version === 0 });
    if (clock.elapsed() - this.#expiredAt < SIGHTINGS_MS / 6) return;
    this.#expiredAt = clock.elapsed();
    await sightings.expire(now - SIGHTINGS_MS);
  }

  /** Evaluates at every time that is due, also those that were missed; answers the last. */
  async #evaluate(settings: AlertSettings, { evaluatedAt }: AlertDesk, now: number): Promise<number> {
    const { environment: nameOf, alerts, endpoints, series, sightings, announcer } = this.#terms;
    const environment = nameOf();
    const facts = { environment, series, sightings, settings, endpoints: endpoints(), cache: this.#cache };
    for (const at of evaluationTimes(evaluatedAt, now)) {
      const states = new Map((await alerts.states(environment)).map((alert) => [alert.fingerprint, alert]));
      const loaded = await loadFacts(facts, at);
      const explained = (await this.#costs?.explained(settings.rules, loaded)) ?? loaded;
      const { steps, renewed } = evaluateAlerts(settings.rules, explained, states);
      const changed = await alerts.append(await this.#withBeginnings(steps, settings));
      await alerts.renew(renewed);
      for (const each of changed) if (each.to === "firing" || each.to === "resolved") announcer.alertChanged?.(each);
    }
    return now;
  }

  /** One after the other: in an outage much begins at once, and what is read for the first serves the others. */
  async #withBeginnings(steps: readonly AlertStep[], settings: AlertSettings): Promise<readonly AlertStep[]> {
    const begun: AlertStep[] = [];
    for (const [index, step] of steps.entries())
      begun.push(index < MOST_BEGINNINGS ? await this.#begun(step, settings) : step);
    return begun;
  }

  /** A change that begins a trouble, with when its first sign was. Where that cannot be read it fires all the same. */
  async #begun(step: AlertStep, { rules }: AlertSettings): Promise<AlertStep> {
    const { alert, at } = step;
    const rule = alert.startedAt === at ? rules.find(({ name }) => name === alert.rule) : undefined;
    if (rule === undefined || (alert.status !== "pending" && alert.status !== "firing")) return step;
    const first = await this.#terms.firstSign(rule, alert, at).catch(() => null);
    return first === null || first >= at ? step : { ...step, alert: { ...alert, startedAt: first } };
  }

  async #tell(
    settings: AlertSettings,
    desk: AlertDesk,
    { lookedAt, mustKeep }: { readonly lookedAt: number | null; readonly mustKeep: boolean },
  ): Promise<void> {
    const { outbox, clock, rollouts, releases, publicUrl } = this.#terms;
    const now = clock.now();
    const { environment } = desk;
    const transitions = await this.#news(desk);
    const told = tellGroups(desk, transitions, {
      now,
      routing: settings.routing,
      silences: await this.#silences(environment, now),
      renotifyMs: (rule) => settings.rules.find(({ name }) => name === rule)?.renotifyMs ?? null,
      firing: new Map((await this.#terms.alerts.firing(environment)).map((alert) => [alert.fingerprint, alert])),
    });
    const notifiers = [...settings.notifiers.values()].flatMap(({ name, changes }) => (changes ? [name] : []));
    const { changes, messages } = await tellChanges(desk, { rollouts, releases, notifiers, now, lookedAt, publicUrl });
    const all = [...(await linkMessages(told.messages, environment, this.#terms)), ...messages];
    const isNews =
      transitions.length > 0 ||
      JSON.stringify([desk.groups, desk.changes]) !== JSON.stringify([told.desk.groups, changes]);
    if (!mustKeep && all.length === 0 && !isNews) return;
    // Where another server was faster, it has told what there was.
    await outbox.commit(
      { ...told.desk, changes },
      all.map((message) => this.#deliveryOf(message, now)),
    );
  }

  /** What has happened since the desk was written. */
  async #news({ environment, cursor }: AlertDesk): Promise<readonly AlertTransition[]> {
    const found: AlertTransition[] = [];
    for (let since = cursor; ;) {
      const page = await this.#terms.alerts.transitions({ environment, since, limit: MOST_READ });
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < MOST_READ) return found;
      since = last.seq;
    }
  }

  #silences(environment: string, now: number) {
    return this.#terms.silences.list({ environment, notOverAt: now, limit: MOST_SILENCES });
  }

  #deliveryOf({ notifier, subject, telling }: GroupMessage, now: number): Omit<AlertDelivery, "seq"> {
    const { environment, dedupKey, reason } = telling;
    // Of the same change the same id, should it be told again.
    const id = reason === "change" ? `ntc_${notifier}_${dedupKey}` : this.#terms.ids.next("ntc");
    const times = { createdAt: now, dueAt: now, sentAt: null, givenUpAt: null };
    return { id, environment, notifier, group: subject, telling, tries: 0, ...times, trouble: null };
  }
}
