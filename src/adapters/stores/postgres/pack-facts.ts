import { ulidTime } from "../../../kit/ulid.ts";
import { dayOf } from "./day.ts";
import type { StoredCall } from "./encoded-call.ts";
import { factLine } from "./fact-line.ts";
import { packIdOf } from "./pack-bodies.ts";
import type { BodyRefs, Pack } from "./pack-bodies.ts";
import { compress } from "./compress.ts";

/**
 * Calls per pack of facts. A list reads one pack per call in the worst case, so packs stay small; beyond some
 * fifty calls they hardly compress better.
 */
const PACK_LINES = 64;

/** Where the facts of a call are. */
export interface FactRef {
  readonly pack: string;
  /** Counts from 0. */
  readonly line: number;
}

/** The facts of a batch, packed; `refs` in the order of the calls. */
export interface PackedFacts {
  readonly packs: readonly Pack[];
  readonly refs: readonly FactRef[];
}

interface Line {
  readonly index: number;
  readonly id: string;
  readonly pieces: readonly Buffer[];
}

/** Puts the facts of a batch into packs of their calls' days. Throws for an id without a time. */
export async function packFacts(
  calls: readonly StoredCall[],
  bodies: readonly (BodyRefs | null)[],
): Promise<PackedFacts> {
  const lines = calls.map(({ columns, facts }, index) => {
    return { index, id: columns.id, pieces: factLine(facts, bodies[index] ?? null) };
  });
  const packs: Pack[] = [];
  const refs: FactRef[] = [];
  for (const [day, own] of Map.groupBy(lines, ({ id }) => dayOfCall(id))) {
    for (let start = 0; start < own.length; start += PACK_LINES) {
      const part = own.slice(start, start + PACK_LINES);
      const pack = await packLines(day, part);
      packs.push(pack);
      for (const [line, { index }] of part.entries()) refs[index] = { pack: pack.id, line };
    }
  }
  return { packs, refs };
}

/** The day of a call, from its id. */
export function dayOfCall(id: string): number {
  const time = id.startsWith("call_") ? ulidTime(id) : null;
  if (time === null) throw new TypeError(`${JSON.stringify(id.slice(0, 80))} is not the id of a call.`);
  return dayOf(time);
}

/** Calls are never changed, so their ids stand for the contents. */
async function packLines(day: number, lines: readonly Line[]): Promise<Pack> {
  const raw = Buffer.concat(lines.flatMap(({ pieces }) => pieces));
  return { day, id: packIdOf(lines.map(({ id }) => id).join("\n")), rawBytes: raw.length, data: await compress(raw) };
}
