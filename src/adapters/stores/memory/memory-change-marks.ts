import type { AlertStore } from "../../../ports/alert-store.ts";
import type { ChangeMarks } from "../../../ports/change-marks.ts";
import type { ChangeStore } from "../../../ports/change-store.ts";
import type { FreezeStore } from "../../../ports/freeze-store.ts";
import type { IncidentStore } from "../../../ports/incident-store.ts";
import type { KeyStore } from "../../../ports/key-store.ts";
import type { PauseStore } from "../../../ports/pause-store.ts";
import type { ProjectStore } from "../../../ports/project-store.ts";
import type { RolloutStore } from "../../../ports/rollout-store.ts";
import type { SilenceStore } from "../../../ports/silence-store.ts";

/** The stores whose marks are read. */
export interface MarkedStores {
  readonly rollouts: RolloutStore;
  readonly alerts: AlertStore;
  readonly silences: SilenceStore;
  readonly incidents: IncidentStore;
  readonly changes: ChangeStore;
  readonly keys: KeyStore;
  readonly pauses: PauseStore;
  readonly projects: ProjectStore;
  readonly freezes: FreezeStore;
}

const ALL = { limit: 1_000 };

/** How far the stores in memory have come: they are small, and read whole. */
export const createMemoryChangeMarks = (stores: MarkedStores): ChangeMarks => ({
  async read() {
    const rollouts = await stores.rollouts.list(ALL);
    const channels = await stores.rollouts.channels();
    return {
      rollouts: markOf(rollouts.map(({ seq }) => seq)),
      routes: markOf(channels.map(({ epoch }) => epoch)),
      alerts: await alertMark(stores),
      incidents: markOf((await stores.incidents.list(ALL)).map(({ seq }) => seq)),
      changes: await changeMark(stores),
    };
  },
});

const markOf = (numbers: readonly number[]): string =>
  `${numbers.length}.${numbers.reduce((sum, each) => sum + each, 0)}`;

async function alertMark({ alerts, silences }: MarkedStores): Promise<string> {
  const [newest] = await alerts.transitions({ since: 0, newestFirst: true, limit: 1 });
  const seen = (await alerts.firing()).filter(({ acknowledged }) => acknowledged !== null).length;
  const quiet = await silences.list(ALL);
  return `${newest?.seq ?? 0}.${seen}.${quiet.length}.${quiet.filter(({ endedAt }) => endedAt !== null).length}`;
}

async function changeMark({ changes, keys, pauses, projects, freezes }: MarkedStores): Promise<string> {
  const [newest] = await changes.list({ limit: 1 });
  const allKeys = await keys.list();
  const allPauses = await pauses.list({ inForce: false, ...ALL });
  const allFreezes = await freezes.list(ALL);
  const applied = await projects.all();
  return [
    newest?.id ?? "",
    allKeys.length,
    allKeys.filter(({ revokedAt }) => revokedAt !== null).length,
    allPauses.length,
    allPauses.filter(({ lifted }) => lifted !== null).length,
    allFreezes.length,
    allFreezes.filter(({ lifted }) => lifted !== null).length,
    applied.reduce((latest, { appliedAt }) => Math.max(latest, appliedAt), 0),
  ].join(".");
}
