import type { z } from "zod";
import type { EndpointSettings, Project } from "../../config/project.ts";
import { writtenPolicies } from "../../config/written-policies.ts";
import type { heldBackView } from "../../contract/projects.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { findHeldBack } from "../../delivery/find-held-back.ts";
import { nameOfRelease } from "../../delivery/name-of-release.ts";
import { diffReleases, formatDiff } from "../../domain/release/diff.ts";
import { releaseDigest } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { makesWay } from "../../domain/rollout/open-rollout.ts";
import { isWithdrawing } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { EndpointChange } from "./change-around.ts";
import { heldBackViewOf } from "./held-back-view-of.ts";

/** What applying would do to one endpoint, and how its release went back where it is left out for that. */
export interface FoundChange {
  readonly change: EndpointChange;
  readonly heldBack: z.output<typeof heldBackView> | null;
}

/** What applying would do to one endpoint; `again` also where its release went back before. */
export async function changeOf(
  delivery: Delivery,
  { environment, releases }: Project,
  { name: endpoint, content, again }: Pick<EndpointSettings, "name" | "content"> & { readonly again: boolean },
): Promise<FoundChange> {
  const standing = await standingOf(delivery, { endpoint, environment });
  const same = standing !== null && releaseDigest(standing.newest.content) === releaseDigest(content);
  const change: EndpointChange = {
    endpoint,
    release: null,
    outcome: standing === null ? "first" : same ? "unchanged" : "rollout",
    rollout: null,
    waits_until: null,
    outlook: [],
    diff: formatDiff(diffReleases(standing?.newest.content ?? null, content, writtenPolicies)),
  };
  if (releases === "promoted" && !same) {
    const waits = `it is promoted: rollward promote ${endpoint} --from … --to ${environment}`;
    return { change: { ...change, outcome: "queued", waits_until: waits }, heldBack: null };
  }
  const known = standing === null || same ? null : await delivery.releases.byDigest(endpoint, releaseDigest(content));
  if (standing === null || known === null) return { change, heldBack: null };
  if (known.id === standing.stable) return { change: await backOf(delivery, change, standing), heldBack: null };
  const held = again ? null : await findHeldBack(delivery, { endpoint, environment }, known.id);
  if (held === null) return { change, heldBack: null };
  const release = releaseName(known);
  return { change: { ...change, release, outcome: "held_back" }, heldBack: heldBackViewOf(known, held) };
}

/** The stable release, applied while others are on their way: they end, unless one of them has to be waited for. */
async function backOf(delivery: Delivery, change: EndpointChange, standing: Standing): Promise<EndpointChange> {
  const { stable, open } = standing;
  if (!makesWay(open)) return change;
  const ending = open.filter(({ phase }) => !isWithdrawing(phase));
  const release = await nameOfRelease(delivery, stable);
  return { ...change, release, outcome: "back", ended: await endedViewOf(delivery, ending) };
}

/** Rollouts that end, with the names of their candidates. */
export const endedViewOf = (
  delivery: Delivery,
  rollouts: readonly Pick<Rollout, "id" | "candidate">[],
): Promise<NonNullable<EndpointChange["ended"]>> =>
  Promise.all(
    rollouts.map(async ({ id, candidate }) => ({ rollout: id, release: await nameOfRelease(delivery, candidate) })),
  );

/** What a channel is on its way to: the newest candidate that is not being withdrawn, or what is stable. */
interface Standing {
  readonly stable: string;
  readonly newest: Release;
  /** Newest first. */
  readonly open: readonly Rollout[];
}

async function standingOf(
  { rollouts, releases }: Delivery,
  name: { readonly endpoint: string; readonly environment: string },
): Promise<Standing | null> {
  const channel = await rollouts.channel(name);
  if (channel === null) return null;
  const open = await rollouts.list({ ...name, open: true, limit: MOST_OPEN });
  const onItsWay = open.find(({ phase }) => !isWithdrawing(phase));
  const newest = await releases.byId(onItsWay?.candidate ?? channel.stable);
  return newest === null ? null : { stable: channel.stable, newest, open };
}

const MOST_OPEN = 100;
