import { loadProject } from "../../config/load.ts";
import { projectChanges } from "../../config/project-changes.ts";
import type { ReadProject } from "../../config/project-changes.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Key, Scope } from "../../domain/access/key.ts";
import { nameOf } from "../../domain/access/pause.ts";
import { sortParity, weighChanges } from "../../domain/parity/parity.ts";
import type { ParityDifference } from "../../domain/parity/parity.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Stores } from "../stores.ts";
import type { EnvironmentRegistry } from "./environment-registry.ts";
import { filesOf } from "./project-files.ts";

/** What comparing environments needs. */
export interface ComparisonTerms {
  readonly stores: Pick<Stores, "projects" | "keys">;
  readonly environments: EnvironmentRegistry;
  readonly delivery: Delivery;
}

interface Pair {
  readonly from: string;
  readonly to: string;
}

/** Everything in which two environments of this server differ. */
export async function compareEnvironments(terms: ComparisonTerms, pair: Pair): Promise<readonly ParityDifference[]> {
  return sortParity([
    ...(await settingsDiffer(terms, pair)),
    ...(await releasesDiffer(terms, pair)),
    ...keysDiffer(await terms.stores.keys.list(), { ...pair, own: terms.environments.own }),
    ...pausesDiffer(terms, pair),
  ]);
}

/** Providers, models, limits, budgets, policies, flags and the catalogue, as they are written and as they are in force. */
async function settingsDiffer(terms: ComparisonTerms, { from, to }: Pair): Promise<readonly ParityDifference[]> {
  const [one, other] = [await readProject(terms, from), await readProject(terms, to)];
  if (one === null || other === null) {
    const why = "Nothing was applied in one of them, or it cannot be read any more.";
    const told = (project: ReadProject | null): string | null => (project === null ? null : "applied");
    return one === other ? [] : [{ weight: "behaviour", path: "project", from: told(one), to: told(other), why }];
  }
  const changes = projectChanges(one, other).filter(({ path }) => path !== "environment");
  const versions = [one.project.catalogueVersion, other.project.catalogueVersion] as const;
  const why = "Prices and limits of models that are not written come from another catalogue.";
  const catalogue: readonly ParityDifference[] =
    versions[0] === versions[1]
      ? []
      : [{ weight: "capacity", path: "catalogue", from: versions[0], to: versions[1], why }];
  return [...weighChanges(changes), ...catalogue];
}

async function readProject({ stores }: ComparisonTerms, environment: string): Promise<ReadProject | null> {
  const latest = await stores.projects.latest(environment);
  if (latest === null) return null;
  const files = filesOf(latest);
  const loaded = loadProject(files, environment);
  return loaded.ok ? { files, project: loaded.project } : null;
}

/** What is stable in each, and whether what is stable in the one could serve in the other. */
async function releasesDiffer(terms: ComparisonTerms, { from, to }: Pair): Promise<readonly ParityDifference[]> {
  const [one, other] = [await stableIn(terms, from), await stableIn(terms, to)];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names.flatMap((endpoint) => {
    const [here, there] = [one.get(endpoint), other.get(endpoint)];
    const [was, is] = [here, there].map((release) => (release === undefined ? null : releaseName(release)));
    const stable: readonly ParityDifference[] =
      here?.id === there?.id
        ? []
        : [
            {
              weight: here === undefined || there === undefined ? "behaviour" : "expected",
              path: `releases.${endpoint}`,
              from: was ?? null,
              to: is ?? null,
              why: here === undefined || there === undefined ? "It serves in one only." : "One is ahead of the other.",
            },
          ];
    return [...stable, ...(here === undefined ? [] : unservable(terms, here, to))];
  });
}

function unservable(terms: ComparisonTerms, release: Release, to: string): readonly ParityDifference[] {
  const missing = terms.environments.known(to)?.project.unresolvable(release) ?? [];
  return missing.map(({ provider, model }) => ({
    weight: "behaviour",
    path: `models.${provider}/${model}`,
    from: `serves ${releaseName(release)}`,
    to: null,
    why: `${releaseName(release)} cannot be promoted without it.`,
  }));
}

async function stableIn({ delivery }: ComparisonTerms, environment: string): Promise<ReadonlyMap<string, Release>> {
  const channels = (await delivery.rollouts.channels()).filter(({ name }) => name.environment === environment);
  const stable = new Map<string, Release>();
  for (const channel of channels) {
    const release = await delivery.releases.byId(channel.stable);
    if (release !== null) stable.set(channel.name.endpoint, release);
  }
  return stable;
}

const SCOPES = Object.keys({
  inference: true,
  direct: true,
  flags: true,
  preview: true,
  admin: true,
} satisfies Record<Scope, true>) as readonly Scope[];

/** Ways of calling that only the keys of one have. */
function keysDiffer(keys: readonly Key[], { from, to, own }: Pair & { readonly own: string }): ParityDifference[] {
  const scopesIn = (environment: string): ReadonlySet<Scope> =>
    new Set(
      keys
        .filter((key) => (key.environment ?? own) === environment && key.revokedAt === null)
        .flatMap(({ scopes }) => scopes),
    );
  const [one, other] = [scopesIn(from), scopesIn(to)];
  return SCOPES.filter((scope) => one.has(scope) !== other.has(scope)).map((scope) => {
    const isLacking = one.has(scope) && scope !== "admin";
    return {
      weight: isLacking ? "behaviour" : "expected",
      path: `keys.${scope}`,
      from: one.has(scope) ? "some" : null,
      to: other.has(scope) ? "some" : null,
      why: isLacking ? "What is tried with such a key in one cannot be called in the other." : "Keys are given apart.",
    };
  });
}

/** What is stopped in one of them at this moment. */
function pausesDiffer({ environments }: ComparisonTerms, { from, to }: Pair): readonly ParityDifference[] {
  const pausedIn = (environment: string): ReadonlySet<string> =>
    new Set((environments.known(environment)?.gateway.pauses.all() ?? []).map(({ subject }) => nameOf(subject)));
  const [one, other] = [pausedIn(from), pausedIn(to)];
  return [...new Set([...one, ...other])]
    .filter((subject) => one.has(subject) !== other.has(subject))
    .map((subject) => ({
      weight: "behaviour",
      path: `paused ${subject}`,
      from: one.has(subject) ? "stopped" : null,
      to: other.has(subject) ? "stopped" : null,
      why: "Its calls are refused in one of them.",
    }));
}
