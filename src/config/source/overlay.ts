import type { YamlFile } from "./yaml-file.ts";
import type { Path } from "./yaml-places.ts";

type Section = Readonly<Record<string, unknown>>;

const isSection = (value: unknown): value is Section =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A policy is one whole, and a provider of another kind shares no member with the one it stands for. */
function standsAlone(path: Path, { before, after }: { readonly before: Section; readonly after: Section }): boolean {
  const isOfEndpoint = path.length === 3 && path[0] === "endpoints";
  if (isOfEndpoint && (path[2] === "rollout" || path[2] === "notify")) return true;
  return path.length === 2 && path[0] === "providers" && "kind" in after && after["kind"] !== before["kind"];
}

/** `after` laid over `before`: sections are merged, everything else stands for itself, `null` takes away. */
function merged(before: unknown, after: unknown, path: Path): unknown {
  if (!isSection(after)) return after;
  const base = isSection(before) && !standsAlone(path, { before, after }) ? before : {};
  const members = Object.entries(after).map(([key, value]) => [key, merged(base[key], value, [...path, key])] as const);
  const all = { ...base, ...Object.fromEntries(members) };
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => value !== null || !(key in after)));
}

function isIn(value: unknown, path: Path): boolean {
  let here = value;
  for (const segment of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, segment)) return false;
    here = (here as Record<string | number, unknown>)[segment];
  }
  return true;
}

/**
 * A file as it reads with one of its own sections laid over it: places of what comes from that section are in that
 * section.
 */
export function withOverlay(file: YamlFile, at: Path, overlay: unknown): YamlFile {
  if (!isSection(overlay) || !isSection(file.value)) return file;
  const wayTo = (path: Path): Path => (isIn(overlay, path) ? [...at, ...path] : path);
  return {
    ...file,
    value: merged(file.value, overlay, []),
    valueAt: (path) => file.valueAt(wayTo(path)),
    keyAt: (path) => file.keyAt(wayTo(path)),
  };
}
