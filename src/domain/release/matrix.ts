import { componentDigests } from "./release-digest.ts";
import { versionName } from "./parts.ts";
import type { PartVersion } from "./parts.ts";
import type { Release } from "./release.ts";

/** One cell: what a release pins in a column. */
export interface MatrixCell {
  readonly column: string;
  /** `null` when the release has no such part. */
  readonly value: string | null;
  /** Whether it differs from the release before it. */
  readonly isChanged: boolean;
}

/** One release. */
export interface MatrixRow {
  readonly release: Release;
  readonly cells: readonly MatrixCell[];
}

/** Releases × parts, newest first. */
export interface VersionMatrix {
  readonly columns: readonly string[];
  readonly rows: readonly MatrixRow[];
}

/** A release with its versions. */
export interface VersionedRelease {
  readonly release: Release;
  readonly versions: readonly PartVersion[];
}

/** Enough of a digest to tell two apart at a glance. */
const SHORT = 8;

function valuesOf({ release, versions }: VersionedRelease): ReadonlyMap<string, string> {
  const { parameters, policies } = componentDigests(release.content);
  const named = (kind: PartVersion["kind"]): readonly PartVersion[] => versions.filter((one) => one.kind === kind);
  const prompt = named("prompt")[0];
  return new Map([
    ...(prompt === undefined ? [] : [["prompt", versionName(prompt)] as const]),
    ["models", named("model").map(versionName).join(" → ")],
    ...named("tool").map((tool) => [`tool ${tool.name}`, versionName(tool)] as const),
    ["parameters", parameters.slice(0, SHORT)],
    ["policies", policies.slice(0, SHORT)],
  ]);
}

/**
 * The version matrix of an endpoint. `releases` are newest first; the last one is compared with nothing, unless
 * `before` is the release before it.
 */
export function versionMatrix(
  releases: readonly VersionedRelease[],
  before: VersionedRelease | null = null,
): VersionMatrix {
  const all = [...releases, ...(before === null ? [] : [before])].map((one) => valuesOf(one));
  const shown = all.slice(0, releases.length);
  const tools = new Set(shown.flatMap((values) => [...values.keys()].filter((key) => key.startsWith("tool "))));
  const columns = ["prompt", "models", ...[...tools].toSorted(), "parameters", "policies"];
  return {
    columns,
    rows: releases.map(({ release }, index) => {
      const [values, previous] = [all[index], all[index + 1]];
      const cells = columns.map((column) => {
        const value = values?.get(column) ?? null;
        return { column, value, isChanged: previous !== undefined && value !== (previous.get(column) ?? null) };
      });
      return { release, cells };
    }),
  };
}
