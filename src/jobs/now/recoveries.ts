import type { IncidentCure, IncidentRecovery } from "../../domain/incidents/incident.ts";
import { likelyCause } from "../../domain/incidents/likely-cause.ts";
import { likelyCure } from "../../domain/incidents/likely-cure.ts";
import type { Change } from "../../domain/changes/change.ts";
import { MINUTE_MS } from "../../domain/now/assess-errors.ts";
import type { MinuteOfCalls, UsualErrors } from "../../domain/now/assess-errors.ts";
import { minutesOf } from "../../domain/now/minutes-of.ts";
import { recoveryOf } from "../../domain/now/recovery-of.ts";
import { SPAN_KEPT_MS } from "../../domain/series/series-cell.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { ChangesDesk } from "./changes-desk.ts";
import { readFailing, wellByOf } from "./tell-trouble.ts";
import { TroubleClock } from "./trouble-times.ts";

/** What recoveries are worked out from. */
export interface RecoverySources {
  readonly series: Pick<SeriesStore, "query">;
  readonly calls: Pick<CallStore, "list">;
  readonly changes: Pick<ChangesDesk, "list">;
  readonly clock: Clock;
}

/** A trouble: where its calls fail, and since when. */
export interface RecoveryQuestion {
  readonly environment: string;
  /** Empty is the whole environment. */
  readonly endpoints: readonly string[];
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** How a trouble stands; `unknown`: its calls did not fail, or what they came to is not kept any more. */
export type TroubleRecovery =
  | { readonly state: "unknown" }
  | { readonly state: "failing" }
  | { readonly state: "well"; readonly recovery: IncidentRecovery };

const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Minutes of one question; of a whole environment with very many endpoints that is less than two days. */
const MOST_SUMS = 12_000;
/** How long an answer is told again, ms: an end that is long over changes no more, and a trouble of hours changes slowly. */
const KEPT_MS = 10_000;
const LONG_KEPT_MS = 60_000;
const SETTLED_MS = 20 * MINUTE_MS;
const MOST_KEPT = 200;

interface Kept {
  /** By the time that passed, ms; `null`: for good. */
  readonly until: number | null;
  readonly found: Promise<TroubleRecovery>;
}

/** Finds when the failures of a trouble were over and what that is owed to, for whoever asks again and again. */
export class Recoveries {
  readonly #sources: RecoverySources;
  readonly #times: TroubleClock;
  readonly #kept = new Map<string, Kept>();

  constructor(sources: RecoverySources) {
    this.#sources = sources;
    this.#times = new TroubleClock(sources.calls);
  }

  /** How a trouble stands, as it was a few seconds ago. Rejects while the stores do not answer. */
  find(question: RecoveryQuestion): Promise<TroubleRecovery> {
    const { clock } = this.#sources;
    const key = JSON.stringify([question.environment, question.endpoints, question.startedAt]);
    const known = this.#kept.get(key);
    if (known !== undefined && (known.until === null || clock.elapsed() < known.until)) return known.found;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    const now = clock.now();
    const keptMs = now - question.startedAt < 2 * HOUR_MS ? KEPT_MS : LONG_KEPT_MS;
    const found = this.#find(question, now);
    this.#kept.set(key, { until: clock.elapsed() + keptMs, found });
    void this.#settle(key, found, now);
    return found;
  }

  /** What is long over is kept for good, and what could not be read is tried again by the next one. */
  async #settle(key: string, found: Promise<TroubleRecovery>, now: number): Promise<void> {
    try {
      const one = await found;
      if (one.state === "well" && one.recovery.at < now - SETTLED_MS) this.#kept.set(key, { until: null, found });
    } catch {
      this.#kept.delete(key);
    }
  }

  async #find(question: RecoveryQuestion, now: number): Promise<TroubleRecovery> {
    const { environment, startedAt } = question;
    if (startedAt < now - SPAN_KEPT_MS.minute + HOUR_MS) return { state: "unknown" };
    const [minutes, usual] = await Promise.all([this.#minutes(question, now), this.#usual(question)]);
    const ends: { readonly until: number; readonly wellAt: number | null; readonly own: readonly MinuteOfCalls[] }[] =
      [];
    for (const [endpoint, own] of minutes) {
      const found = recoveryOf(own, usual.get(endpoint) ?? NOTHING_USUAL, { startedAt, now });
      if (found.state === "failing") return found;
      if (found.state === "unknown") continue;
      const times = await this.#times.ended({ environment, endpoint }, { ending: found.ending, startedAt, now });
      ends.push({ ...times, own });
    }
    const [last] = ends.toSorted((one, other) => other.until - one.until);
    if (last === undefined) return { state: "unknown" };
    const { until, wellAt, own } = last;
    return {
      state: "well",
      recovery: { at: until, cure: await this.#cure(question, until, wellByOf(until, wellAt, own)) },
    };
  }

  /** What calls came to by the minute since then, by endpoint. */
  async #minutes(
    { environment, endpoints, startedAt }: RecoveryQuestion,
    now: number,
  ): Promise<ReadonlyMap<string, readonly MinuteOfCalls[]>> {
    const [only, ...others] = endpoints;
    const { sums } = await this.#sources.series.query({
      span: "minute",
      from: Math.floor(startedAt / MINUTE_MS) * MINUTE_MS,
      to: (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS,
      stepMs: MINUTE_MS,
      by: ["endpoint"],
      where: { environment, ...(only !== undefined && others.length === 0 && { endpoint: only }) },
      histograms: [],
      limit: MOST_SUMS,
    });
    const all = sums.map(({ start = 0, members, tally }) => ({ start, endpoint: members.endpoint ?? "", tally }));
    const named = endpoints.length > 0 ? endpoints : [...new Set(all.map(({ endpoint }) => endpoint))];
    return new Map(named.map((endpoint) => [endpoint, minutesOf(all, endpoint)]));
  }

  /** What was usual in the day before the hour in which it began. */
  async #usual({ environment, startedAt }: RecoveryQuestion): Promise<ReadonlyMap<string, UsualErrors>> {
    const to = Math.floor(startedAt / HOUR_MS) * HOUR_MS;
    const { sums } = await this.#sources.series.query({
      span: "hour",
      from: to - DAY_MS,
      to,
      by: ["endpoint"],
      where: { environment },
      histograms: [],
      limit: 1_000,
    });
    return new Map(sums.map(({ members, tally: { calls, faults } }) => [members.endpoint ?? "", { calls, faults }]));
  }

  async #cure(
    { environment, endpoints, startedAt }: RecoveryQuestion,
    until: number,
    wellBy: number,
  ): Promise<IncidentCure | null> {
    const { series, changes } = this.#sources;
    const [only, ...others] = endpoints;
    const [failing, changed] = await Promise.all([
      readFailing(series, { environment, endpoints, since: startedAt, until }),
      changes.list({
        environment,
        ...(only !== undefined && others.length === 0 && { endpoint: only }),
        since: startedAt - HOUR_MS,
        until: wellBy + 1,
      }),
    ]);
    const cause = likelyCause(changed, { startedAt, endpoints, failing });
    const later = changed.filter((change) => change !== cause);
    const cure = likelyCure(later, { startedAt, wellBy, failing });
    return cure === null ? null : cureOf(cure);
  }
}

const NOTHING_USUAL: UsualErrors = { calls: 0, faults: 0 };

const cureOf = ({ at, line, by, rollout }: Change): IncidentCure => ({ at, line, by, rollout: rollout ?? null });
