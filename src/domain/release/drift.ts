import { nameProof } from "../rollout/describe-harm.ts";
import { isReturn } from "../rollout/is-return.ts";
import type { Rollout } from "../rollout/rollout.ts";
import type { Told } from "../rollout/told.ts";
import { originWords } from "./origin.ts";
import type { ReleaseOrigin } from "./origin.ts";

/** How the server differs from the repository. */
export type DriftKind =
  /** The repository has something that was not applied. */
  | "not-applied"
  /** The server has something that the repository lacks. */
  | "not-in-repository"
  /** What the repository has was applied and went back. */
  | "withdrawn"
  /** Something else than the repository has was brought in. */
  | "other-release"
  /** A person told a rollout something that its plan does not say. */
  | "override"
  | "paused"
  | "flag-killed"
  /** Providers, limits, budgets and other settings. */
  | "settings";

/** One difference. */
export interface Drift {
  readonly kind: DriftKind;
  /** The endpoint or flag; `null` for the whole project. */
  readonly subject: string | null;
  /** A sentence. */
  readonly what: string;
  /** Who did it: the name of a key, or `rollward`; `null` when nobody did. */
  readonly by: string | null;
  readonly why: string | null;
  /** Epoch milliseconds. */
  readonly at: number | null;
}

/** A release as drift sees it. */
export interface DriftRelease {
  readonly id: string;
  /** `support-bot@7`. */
  readonly name: string;
  readonly digest: string;
  /** Its last application in this environment; `null` when nobody noted one. */
  readonly origin: ReleaseOrigin | null;
}

/** What is known of one endpoint. */
export interface EndpointState {
  readonly endpoint: string;
  readonly environment: string;
  /** Digest of what the repository has; `null` when it does not have the endpoint. */
  readonly wanted: string | null;
  /** Whether releases come here by promotion alone, so that what serves need not be what the repository has. */
  readonly isPromotedOnly: boolean;
  /** `null` when the server does not have the endpoint. */
  readonly stable: DriftRelease | null;
  /** Candidate of the newest open rollout that is not being withdrawn. */
  readonly candidate: DriftRelease | null;
  /** Of this endpoint and environment, newest first. */
  readonly rollouts: readonly Rollout[];
  /** Every release that a rollout names, by id. */
  readonly releases: ReadonlyMap<string, DriftRelease>;
  /** When the environment was applied last, epoch milliseconds. */
  readonly appliedAt: number | null;
  /** Branch of the repository; `null` when nobody knows. */
  readonly branch: string | null;
}

const MACHINE = "rollward";

const nobody = { by: null, why: null, at: null } as const;

/** How an endpoint differs from the repository; empty when what the repository has is stable or on its way, untouched. */
export function endpointDrift(state: EndpointState): readonly Drift[] {
  const differing = contentDrift(state);
  const known = new Set(differing.flatMap(({ rolloutId }) => (rolloutId === null ? [] : [rolloutId])));
  return [...differing.map(({ drift }) => drift), ...overrides(state, known)];
}

interface Found {
  readonly drift: Drift;
  /** The rollout that explains it. */
  readonly rolloutId: string | null;
}

function contentDrift(state: EndpointState): readonly Found[] {
  const { endpoint, environment, wanted, stable, candidate } = state;
  const told = (kind: DriftKind, what: string): Found => ({
    drift: { kind, subject: endpoint, what, ...nobody },
    rolloutId: null,
  });
  if (wanted === null) {
    if (stable === null) return [];
    return [told("not-in-repository", `${environment} serves ${stable.name}; the repository has no such endpoint.`)];
  }
  if (state.isPromotedOnly) return [];
  if (stable === null) return [told("not-applied", `The repository has the endpoint; ${environment} does not.`)];
  const target = candidate ?? stable;
  if (target.digest === wanted) return [];
  const withdrawal = withdrawn(state, wanted, stable);
  if (withdrawal !== null) return [withdrawal];
  if (isForeign(state, target)) return [foreign(state, target)];
  const serves = candidate === null ? `serves ${stable.name}` : `is on the way to ${candidate.name}`;
  return [told("not-applied", `The repository has another content than ${environment}, which ${serves}.`)];
}

/** The rollout after which the wanted content was no longer on its way. */
function withdrawn(state: EndpointState, wanted: string, stable: DriftRelease): Found | null {
  const { endpoint, environment, rollouts, releases } = state;
  for (const rollout of rollouts) {
    const isLeft = isReturn(rollout) && releases.get(rollout.stable)?.digest === wanted;
    const isGone = releases.get(rollout.candidate)?.digest === wanted && ENDS[rollout.phase] !== undefined;
    if (!isLeft && !isGone) continue;
    const name = releases.get(isLeft ? rollout.stable : rollout.candidate)?.name ?? "the release";
    const how = isLeft ? "was left" : ENDS[rollout.phase];
    const what = `${name}, which the repository has, ${how ?? "was withdrawn"}: ${environment} serves ${stable.name}.`;
    return {
      drift: { kind: "withdrawn", subject: endpoint, what, ...endedBy(rollout) },
      rolloutId: rollout.id,
    };
  }
  return null;
}

const ENDS: Readonly<Partial<Record<Rollout["phase"], string>>> = {
  rolling_back: "was rolled back",
  rolled_back: "was rolled back",
  aborting: "was aborted",
  aborted: "was aborted",
  superseded: "was superseded by another release",
  cancelled: "was cancelled before it started",
};

const ENDING: ReadonlySet<Told["telling"]> = new Set(["rollback", "abort", "cancel", "deny", "supersede", "promote"]);

function endedBy(rollout: Rollout): Pick<Drift, "by" | "why" | "at"> {
  const at = rollout.endedAt ?? rollout.createdAt;
  if (rollout.outcome === "harm") {
    const proof = rollout.harm === null ? "a metric" : nameProof(rollout.harm.metric, rollout.reading);
    return { by: MACHINE, why: `The evidence shows harm in ${proof}.`, at };
  }
  const last = (rollout.told ?? []).findLast(({ telling }) => ENDING.has(telling));
  if (last === undefined) return { by: MACHINE, why: null, at };
  return { by: last.by, why: last.reason, at: last.at };
}

/** Whether a release is known to come from another branch, or was brought in otherwise than by applying a project. */
function isForeign({ branch }: EndpointState, { origin }: DriftRelease): boolean {
  if (origin === null) return false;
  const from = origin.origin?.branch ?? null;
  return origin.reason !== null || (from !== null && branch !== null && from !== branch);
}

function foreign({ endpoint, environment, candidate, branch }: EndpointState, target: DriftRelease): Found {
  const { origin } = target;
  const from = originWords(origin?.origin ?? null);
  const does = candidate === null ? "serves" : "is on the way to";
  const applied = from === null ? "" : ` (${from})`;
  const own = branch === null ? "has another content" : `is on ${branch}`;
  const what = `${environment} ${does} ${target.name}${applied}; the repository ${own}.`;
  const why = origin?.reason ?? null;
  const drift = { kind: "other-release", subject: endpoint, what, by: origin?.by ?? null, why } as const;
  return { drift: { ...drift, at: origin?.at ?? null }, rolloutId: null };
}

/** What people told since the last apply that the plan did not say, in the past tense. */
const OVERRIDES: Readonly<Partial<Record<Told["telling"], string>>> = {
  promote: "was promoted by hand",
  hold: "is held by hand",
  rollback: "was rolled back by hand",
  abort: "was aborted by hand",
  cancel: "was cancelled by hand",
  deny: "was denied",
};

function overrides(state: EndpointState, known: ReadonlySet<string>): readonly Drift[] {
  const { endpoint, rollouts, releases, appliedAt } = state;
  return rollouts
    .filter(({ id }) => !known.has(id))
    .flatMap((rollout) => {
      const name = releases.get(rollout.candidate)?.name ?? rollout.candidate;
      return lastingWords(rollout)
        .filter(({ at }) => appliedAt === null || at > appliedAt)
        .map(({ telling, by, reason, at }): Drift => {
          const what = isReturn(rollout) ? "was brought back by hand" : (OVERRIDES[telling] ?? telling);
          return { kind: "override", subject: endpoint, what: `${name} ${what}.`, by, why: reason, at };
        });
    });
}

/** The overrides among what people told it; a hold that was resumed is none. */
function lastingWords(rollout: Rollout): readonly Told[] {
  const told = rollout.told ?? [];
  const resumedAt = told.findLast(({ telling }) => telling === "resume")?.at ?? -1;
  const holds = rollout.holds.includes("manual");
  return told.filter(({ telling, at }) => {
    if (telling === "hold") return holds && at > resumedAt;
    return OVERRIDES[telling] !== undefined;
  });
}
