import { formatMistakes } from "../config/explain.ts";
import { IN_FORCE } from "../domain/access/pause.ts";
import type { Changes } from "../delivery/replicas.ts";
import type { Troubles } from "../delivery/troubles.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { KeyStore } from "../ports/key-store.ts";
import type { PauseStore } from "../ports/pause-store.ts";
import type { Pauses } from "../ports/pauses.ts";
import type { Clock } from "../ports/clock.ts";
import type { ProjectHost } from "./project-host.ts";

/** What follows the changes of other replicas. */
export interface Followers {
  readonly keys: KeyStore;
  readonly ring: KeyRing;
  readonly pauseStore: PauseStore;
  readonly pauses: Pauses;
  readonly host: ProjectHost;
  readonly clock: Clock;
  readonly troubles: Troubles;
}

/** Pause after a change that could not be taken over, e.g. a project whose secrets are missing here, ms. */
const RETRY_MS = 2_000;

/**
 * Takes over keys, pauses and projects that another replica changed: call the result with every new standing. What cannot be
 * taken over is announced and tried again; until then this replica serves what it had.
 */
export function followChanges(followers: Followers): (changes: Changes) => void {
  const { keys, ring, host, pauseStore, pauses } = followers;
  const followKeys = follower(followers, "taking over the keys", async () => ring.replace(await keys.list()));
  const followProject = follower(followers, "taking over the project that another server applied", async () => {
    const answer = await host.followLatest();
    if (answer === null || answer.applied) return;
    const { mistakes, missing } = answer;
    throw new Error(mistakes.length > 0 ? formatMistakes(mistakes) : `It lacks the files ${missing.join(", ")}.`);
  });
  const followPauses = follower(followers, "taking over the pauses", async () =>
    pauses.replace(await pauseStore.list(IN_FORCE)),
  );
  return (changes) => {
    followPauses(changes.pauses);
    followKeys(changes.keys);
    followProject(changes.projects);
  };
}

function follower(
  { clock, troubles }: Followers,
  what: string,
  takeOver: () => Promise<void>,
): (latest: number) => void {
  let known: number | null = null;
  let isBusy = false;
  let pausedUntil = 0;
  const follow = async (latest: number): Promise<void> => {
    isBusy = true;
    try {
      await takeOver();
      known = latest;
      troubles.worked(what);
    } catch (error) {
      pausedUntil = clock.elapsed() + RETRY_MS;
      troubles.failed(what, error);
    } finally {
      isBusy = false;
    }
  };
  return (latest) => {
    if (latest !== known && !isBusy && clock.elapsed() >= pausedUntil) void follow(latest);
  };
}
