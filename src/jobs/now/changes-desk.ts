import { byTime, meetsChange } from "../../domain/changes/change.ts";
import type { Change, ChangeCriteria } from "../../domain/changes/change.ts";
import { changesOfAlerts } from "../../domain/changes/changes-of-alerts.ts";
import { changeOfApply } from "../../domain/changes/changes-of-applies.ts";
import { changesOfKeys } from "../../domain/changes/changes-of-keys.ts";
import { changesOfFreeze, changesOfKill, changesOfPause } from "../../domain/changes/changes-of-stops.ts";
import { isReturn } from "../../domain/rollout/is-return.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { changesOfIncident } from "../../domain/incidents/changes-of-incident.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { ChangeStore } from "../../ports/change-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FlagStore } from "../../ports/flag-store.ts";
import type { FreezeStore } from "../../ports/freeze-store.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import type { PauseStore } from "../../ports/pause-store.ts";
import type { AppliedProject, ProjectStore } from "../../ports/project-store.ts";
import { RolloutChanges } from "./rollout-changes.ts";

/** What changes are read from: every record that tells of some. */
export interface ChangeSources {
  readonly changes: Pick<ChangeStore, "list">;
  readonly rollouts: ConstructorParameters<typeof RolloutChanges>[0]["rollouts"];
  readonly releases: ConstructorParameters<typeof RolloutChanges>[0]["releases"];
  readonly projects: Pick<ProjectStore, "history">;
  readonly keys: Pick<KeyStore, "list">;
  readonly flags: Pick<FlagStore, "kills">;
  readonly freezes: Pick<FreezeStore, "list">;
  readonly alerts: Pick<AlertStore, "transitions">;
  readonly incidents: Pick<IncidentStore, "list">;
  readonly pausesOf: (environment: string) => Pick<PauseStore, "list">;
  /** Paths of rollward.yaml in which two projects differ; `null` where one of them cannot be read any more. */
  readonly pathsOf: (before: AppliedProject, after: AppliedProject) => readonly string[] | null;
  /** Name of a key; `null` where there is none. */
  readonly nameOfKey: (id: string) => string | null;
  /** The name of the server's own environment. */
  readonly own: () => string;
  readonly clock: Clock;
}

/** Which changes are asked for: of one environment between two times, epoch milliseconds. */
export interface ChangeQuestion extends ChangeCriteria {
  readonly environment: string;
  readonly since: number;
  readonly until: number;
}

/** Records of each kind that are looked through. */
const MOST_OF_A_KIND = 200;
const MOST_APPLIES = 30;
/** Descriptions of applies that are remembered. */
const MOST_TOLD = 500;

/** Rollouts that an apply opens are opened within this time, ms. */
const OPENED_WITHIN_MS = 60_000;

/** The rollouts that an apply opened, oldest first: by the same key, right after it and before the next one. */
const openedBy = (
  rollouts: readonly Rollout[],
  { appliedAt, author }: AppliedProject,
  next: number,
): readonly Rollout[] =>
  rollouts
    .filter((rollout) => {
      const { createdAt, openedBy: by } = rollout;
      const isOwn = by?.kind === "key" ? by.keyId === author : by?.kind === "machine" && author === MACHINE;
      const isThen = createdAt >= appliedAt && createdAt < Math.min(next, appliedAt + OPENED_WITHIN_MS);
      return isOwn && isThen && !isReturn(rollout);
    })
    .toReversed();

/** Author of what a server applied when it started. */
const MACHINE = "start";

/** The one feed of what changed, made from the records that there are. */
export class ChangesDesk {
  readonly #sources: ChangeSources;
  readonly rollouts: RolloutChanges;
  /** What applies changed, by which and what was before. */
  readonly #paths = new Map<string, readonly string[] | null>();

  constructor(sources: ChangeSources) {
    this.#sources = sources;
    this.rollouts = new RolloutChanges(sources);
  }

  /** Everything that changed, newest first. */
  async list(question: ChangeQuestion): Promise<readonly Change[]> {
    const rollouts = this.rollouts.between(question.environment, question);
    const found = await Promise.all([
      this.#noted(question),
      this.#ofRollouts(question, rollouts),
      this.#ofApplies(question, rollouts),
      this.#ofAccess(question),
      this.#ofStops(question),
      this.#ofAlerts(question),
      this.#ofIncidents(question),
    ]);
    return found
      .flat()
      .filter((change) => meetsChange(change, question))
      .toSorted(byTime);
  }

  #noted(question: ChangeQuestion): Promise<readonly Change[]> {
    return this.#sources.changes.list({ ...question, limit: MOST_OF_A_KIND });
  }

  async #ofRollouts(question: ChangeQuestion, rollouts: Promise<readonly Rollout[]>): Promise<readonly Change[]> {
    const meant = (await rollouts).filter(
      ({ channel }) => question.endpoint === undefined || channel.endpoint === question.endpoint,
    );
    const read = await Promise.all(meant.map((rollout) => this.rollouts.of(rollout)));
    return read.flatMap(({ changes }) => changes);
  }

  async #ofApplies(
    { environment, since }: ChangeQuestion,
    rollouts: Promise<readonly Rollout[]>,
  ): Promise<readonly Change[]> {
    const { projects, nameOfKey } = this.#sources;
    const applied = await projects.history(environment, since, MOST_APPLIES);
    const told = applied.filter(({ appliedAt }) => appliedAt >= since);
    if (told.length === 0) return [];
    const known = await rollouts;
    return Promise.all(
      told.map(async (after, index) => {
        const { appliedAt, author, origin } = after;
        const before = applied[index + 1] ?? null;
        const opened = openedBy(known, after, applied[index - 1]?.appliedAt ?? Infinity);
        return changeOfApply({
          environment,
          at: appliedAt,
          by: nameOfKey(author),
          origin: origin ?? null,
          paths: before === null ? null : this.#pathsOf(before, after),
          isFirst: before === null,
          releases: await Promise.all(opened.map(({ candidate }) => this.rollouts.nameOf(candidate))),
        });
      }),
    );
  }

  /** What an apply changed takes reading two projects, and never changes. */
  #pathsOf(before: AppliedProject, after: AppliedProject): readonly string[] | null {
    const key = `${after.environment} ${after.appliedAt} ${before.appliedAt}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const paths = this.#sources.pathsOf(before, after);
    if (this.#paths.size >= MOST_TOLD) this.#paths.clear();
    this.#paths.set(key, paths);
    return paths;
  }

  async #ofAccess({ environment }: ChangeQuestion): Promise<readonly Change[]> {
    const { keys, flags, own, clock } = this.#sources;
    const [known, kills] = await Promise.all([
      keys.list(),
      flags.kills({ inForce: false, limit: MOST_OF_A_KIND, environment }),
    ]);
    return [...changesOfKeys(known, { own: own(), now: clock.now() }), ...kills.flatMap(changesOfKill)];
  }

  async #ofStops({ environment }: ChangeQuestion): Promise<readonly Change[]> {
    const { freezes, pausesOf } = this.#sources;
    const [frozen, paused] = await Promise.all([
      freezes.list({ limit: MOST_OF_A_KIND, about: { environment } }),
      pausesOf(environment).list({ inForce: false, limit: MOST_OF_A_KIND }),
    ]);
    return [...frozen.flatMap(changesOfFreeze), ...paused.flatMap((pause) => changesOfPause(pause, environment))];
  }

  async #ofAlerts({ environment }: ChangeQuestion): Promise<readonly Change[]> {
    const { alerts } = this.#sources;
    return changesOfAlerts(
      await alerts.transitions({ since: 0, environment, newestFirst: true, limit: MOST_OF_A_KIND }),
    );
  }

  async #ofIncidents({ environment, since }: ChangeQuestion): Promise<readonly Change[]> {
    const incidents = await this.#sources.incidents.list({ environment, since, limit: MOST_OF_A_KIND });
    return incidents.flatMap(changesOfIncident);
  }
}
