import type { z } from "zod";
import { loadProject } from "../../config/load.ts";
import type { Project, ProjectFiles } from "../../config/project.ts";
import type { findDrift as findDriftRoute } from "../../contract/drift.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { nameOf } from "../../domain/access/pause.ts";
import type { Pause } from "../../domain/access/pause.ts";
import { endpointDrift } from "../../domain/release/drift.ts";
import type { Drift, DriftRelease, EndpointState } from "../../domain/release/drift.ts";
import type { Origin } from "../../domain/release/origin.ts";
import { releaseDigest } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import { isWithdrawing } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { instantOf } from "../../http/admin/instant-of.ts";
import { lastApplyOf } from "../../http/admin/origin-view-of.ts";
import type { FlagStore } from "../../ports/flag-store.ts";
import type { KeyRing } from "../../ports/key-ring.ts";
import type { PauseStore } from "../../ports/pause-store.ts";
import type { AppliedProject, ProjectStore } from "../../ports/project-store.ts";
import type { VersionStore } from "../../ports/version-store.ts";
import { changeAround } from "../environments/change-around.ts";

type Answer = z.input<typeof findDriftRoute.answer>;

/** What drift is found with. */
export interface DriftTerms {
  readonly delivery: Delivery;
  readonly projects: Pick<ProjectStore, "latest">;
  readonly versions: Pick<VersionStore, "origins">;
  readonly flags: Pick<FlagStore, "kills">;
  readonly keys: Pick<KeyRing, "byId">;
  /** `null` where nothing is served in it. */
  pausesOf(environment: string): Pick<PauseStore, "list"> | null;
}

/** A project as a repository has it. */
export interface DriftRequest extends ProjectFiles {
  readonly origin: Origin | null;
  /** Absent is the environment that the file names as its own. */
  readonly environment?: string;
}

/** Rollouts looked at by endpoint, the newest. */
const MOST_ROLLOUTS = 50;
const MOST_PAUSES = 1_000;

/** What differs between a repository and the server: what was not applied, what went back, what was done by hand. */
export async function findDrift(terms: DriftTerms, request: DriftRequest): Promise<Answer> {
  const loaded = loadProject(request, request.environment);
  if (!loaded.ok) {
    const { mistakes, missing } = loaded;
    return { ...NOTHING, mistakes: [...mistakes], missing: [...missing] };
  }
  const { project } = loaded;
  const { environment } = project;
  const last = await terms.projects.latest(environment);
  const drift = [
    ...settingsDrift(last, { files: request, project }),
    ...(await endpointsDrift(terms, { project, last, branch: request.origin?.branch ?? null })),
    ...(await pauseDrift(terms, environment)),
    ...(await flagDrift(terms, environment)),
  ];
  return {
    ...NOTHING,
    environment,
    drifted: drift.length > 0,
    drift: drift.map(({ at, ...rest }) => ({ ...rest, at: at === null ? null : instantOf(at) })),
    last_apply: last === null ? null : lastApplyOf(last, terms.keys),
  };
}

const NOTHING: Answer = { environment: null, drifted: false, drift: [], last_apply: null, mistakes: [], missing: [] };

function settingsDrift(
  last: AppliedProject | null,
  repository: { readonly files: ProjectFiles; readonly project: Project },
): readonly Drift[] {
  const { outcome, diff } = changeAround(last, repository);
  if (outcome === "unchanged") return [];
  const what =
    outcome === "first"
      ? "Nothing was applied here yet, or it can no longer be read: all settings are the repository's alone."
      : `Settings differ from what was applied last:\n${diff}`;
  return [{ kind: "settings", subject: null, what, by: null, why: null, at: null }];
}

interface EndpointsToCompare {
  readonly project: Project;
  readonly last: AppliedProject | null;
  readonly branch: string | null;
}

async function endpointsDrift(
  terms: DriftTerms,
  { project, last, branch }: EndpointsToCompare,
): Promise<readonly Drift[]> {
  const { environment, endpoints } = project;
  const channels = await terms.delivery.rollouts.channels();
  const served = channels.filter(({ name }) => name.environment === environment).map(({ name }) => name.endpoint);
  const common = {
    environment,
    isPromotedOnly: project.releases === "promoted",
    appliedAt: last?.appliedAt ?? null,
    branch,
  };
  const found: Drift[] = [];
  for (const endpoint of new Set([...endpoints.keys(), ...served])) {
    const content = endpoints.get(endpoint)?.content;
    const wanted = content === undefined ? null : releaseDigest(content);
    found.push(...endpointDrift(await stateOf(terms, { ...common, endpoint, wanted })));
  }
  return found;
}

type Known = Pick<EndpointState, "endpoint" | "environment" | "wanted" | "isPromotedOnly" | "appliedAt" | "branch">;

async function stateOf(terms: DriftTerms, known: Known): Promise<EndpointState> {
  const { rollouts } = terms.delivery;
  const { endpoint, environment } = known;
  const channel = await rollouts.channel({ endpoint, environment });
  const recent = await rollouts.list({ endpoint, environment, limit: MOST_ROLLOUTS });
  const open = await rollouts.list({ endpoint, environment, open: true, limit: MOST_ROLLOUTS });
  const onItsWay = open.find(({ phase }) => !isWithdrawing(phase));
  const releases = await releasesOf(terms, { environment, rollouts: recent, stable: channel?.stable ?? null });
  return {
    ...known,
    stable: releases.get(channel?.stable ?? "") ?? null,
    candidate: releases.get(onItsWay?.candidate ?? "") ?? null,
    rollouts: recent,
    releases,
  };
}

async function releasesOf(
  { delivery, versions }: DriftTerms,
  named: { readonly environment: string; readonly rollouts: readonly Rollout[]; readonly stable: string | null },
): Promise<ReadonlyMap<string, DriftRelease>> {
  const ids = new Set([named.stable ?? "", ...named.rollouts.flatMap(({ stable, candidate }) => [stable, candidate])]);
  const found = new Map<string, DriftRelease>();
  for (const id of ids) {
    const release = id === "" ? null : await delivery.releases.byId(id);
    if (release === null) continue;
    const origins = await versions.origins(id);
    const own = origins.findLast(({ environment }) => environment === named.environment) ?? null;
    // One that was promoted comes from where it was applied first.
    const origin = own === null ? null : { ...own, origin: own.origin ?? origins[0]?.origin ?? null };
    found.set(id, { id, name: releaseName(release), digest: release.digest, origin });
  }
  return found;
}

async function pauseDrift(terms: DriftTerms, environment: string): Promise<readonly Drift[]> {
  const pauses = (await terms.pausesOf(environment)?.list({ inForce: true, limit: MOST_PAUSES })) ?? [];
  return pauses.map((pause): Drift => ({
    kind: "paused",
    subject: subjectOf(pause),
    what: `${nameOf(pause.subject)} is paused in ${environment}.`,
    by: pause.by,
    why: pause.reason,
    at: pause.at,
  }));
}

const subjectOf = ({ subject }: Pause): string | null => (subject.type === "endpoint" ? subject.name : null);

async function flagDrift({ flags }: DriftTerms, environment: string): Promise<readonly Drift[]> {
  const kills = await flags.kills({ inForce: true, environment, limit: MOST_PAUSES });
  return kills.map(({ flag, by, reason, at }): Drift => ({
    kind: "flag-killed",
    subject: flag,
    what: `The flag ${flag} is killed in ${environment}.`,
    by,
    why: reason,
    at,
  }));
}
