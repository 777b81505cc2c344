import type { Changes } from "../delivery/replicas.ts";
import type { Troubles } from "../delivery/troubles.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { KeyStore } from "../ports/key-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { EnvironmentRegistry } from "./environments/environment-registry.ts";
import type { FlagKeeper } from "./keep-flags.ts";
import type { ProjectHost } from "./project-host.ts";

/** What follows the changes of other replicas. */
export interface Followers {
  readonly keys: KeyStore;
  readonly ring: KeyRing;
  readonly environments: EnvironmentRegistry;
  readonly flags: Pick<FlagKeeper, "loadKills">;
  readonly host: ProjectHost;
  readonly clock: Clock;
  readonly troubles: Troubles;
}

/** Pause after a change that could not be taken over, e.g. a project whose secrets are missing here, ms. */
const RETRY_MS = 2_000;

/**
 * Takes over keys, pauses, kill switches and projects that another replica changed: call the result with every new standing. What cannot be
 * taken over is announced and tried again; until then this replica serves what it had.
 */
export function followChanges(followers: Followers): (changes: Changes) => void {
  const { keys, ring, host, environments } = followers;
  const followKeys = follower(followers, "taking over the keys", async () => ring.replace(await keys.list()));
  const followProject = follower(followers, "taking over the project that another server applied", async () => {
    const [failed] = await host.followLatest();
    if (failed === undefined) return;
    const [environment, cause] = failed;
    throw new Error(`${environment}: ${cause.message}`, { cause });
  });
  const followPauses = follower(followers, "taking over the pauses", async () => {
    for (const each of environments.environments()) await each.loadPauses();
  });
  const followFlags = follower(followers, "taking over the kill switches of flags", () => followers.flags.loadKills());
  return (changes) => {
    followPauses(changes.pauses);
    followFlags(changes.flags);
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
