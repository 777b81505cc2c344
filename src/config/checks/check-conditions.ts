import { MOST_PARTS } from "../../domain/flags/inline-segments.ts";
import { closest } from "../closest.ts";
import { type Findings, memberOf } from "../findings.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";

/** A segment that a condition names, and where. */
export interface NamedSegment {
  readonly path: Path;
  readonly name: string;
}

/** Every segment that is named in a condition, or a list of conditions, as it is written. Files are at most 64 levels deep. */
export function segmentsIn(path: Path, value: unknown): readonly NamedSegment[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => segmentsIn([...path, index], one));
  const name = memberOf(value, "segment");
  return [
    ...(typeof name === "string" ? [{ path: [...path, "segment"], name }] : []),
    ...["all", "any", "not"].flatMap((key) => {
      const inner = memberOf(value, key);
      return inner === undefined ? [] : segmentsIn([...path, key], inner);
    }),
  ];
}

/** That conditions at a path of a file name segments that exist. */
export function checkConditions(findings: Findings, path: Path, value: unknown): void {
  const { segments } = findings;
  for (const { path: place, name } of segmentsIn(path, value)) {
    if (findings.isFull) return;
    if (segments.has(name)) continue;
    const known = [...segments.keys()];
    const near = closest(name, known);
    const there = `add it to \`segments\`; there are: ${known.slice(0, 20).join(", ") || "none"}`;
    const fix = near === null ? there : `did you mean "${near}"?`;
    findings.atValue(place, { message: `there is no segment ${shown(name)}`, fix });
  }
}

/** The same for conditions that are frozen with their segments written out: those must not be too many. */
export function checkFrozenConditions(findings: Findings, path: Path, value: unknown): void {
  checkConditions(findings, path, value);
  const parts = partsOf(value, { segments: findings.segments, known: new Map() });
  if (parts <= MOST_PARTS) return;
  const message = `with its segments written out it has more than ${MOST_PARTS} conditions`;
  findings.atKey(path, { message, fix: "ask for less, or use fewer segments within segments" });
}

interface Counting {
  readonly segments: ReadonlyMap<string, unknown>;
  /** Parts of each segment; one under way counts as nothing, and is told as a circle. */
  readonly known: Map<string, number>;
}

/** How many conditions a written one consists of, those of its segments included. Each segment is counted once. */
function partsOf(value: unknown, counting: Counting): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + partsOf(one, counting), 1);
  const name = memberOf(value, "segment");
  const own = typeof name === "string" ? 1 + partsOfSegment(name, counting) : 1;
  return ["all", "any", "not"].reduce((sum, key) => {
    const inner = memberOf(value, key);
    return inner === undefined ? sum : sum + partsOf(inner, counting);
  }, own);
}

function partsOfSegment(name: string, counting: Counting): number {
  const { segments, known } = counting;
  const counted = known.get(name);
  if (counted !== undefined) return counted;
  known.set(name, 0);
  const parts = segments.has(name) ? partsOf(segments.get(name), counting) : 0;
  known.set(name, parts);
  return parts;
}
