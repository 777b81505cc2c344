import type { CallRecord } from "../../../domain/call/call-record.ts";
import { ulidTime } from "../../../kit/ulid.ts";
import { dayOf } from "./day.ts";
import { writeFactLine } from "./fact-line.ts";
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

/** Puts the facts of a batch into packs of their calls' days. Throws for an id without a time. */
export async function packFacts(
  calls: readonly CallRecord[],
  bodies: readonly (BodyRefs | null)[],
): Promise<PackedFacts> {
  const linesByDay = new Map<number, { readonly index: number; readonly text: string }[]>();
  for (const [index, { facts }] of calls.entries()) {
    const text = writeFactLine({ facts, bodies: bodies[index] ?? null });
    const day = dayOfCall(facts.id);
    const lines = linesByDay.get(day);
    if (lines === undefined) linesByDay.set(day, [{ index, text }]);
    else lines.push({ index, text });
  }
  const packs: Pack[] = [];
  const refs: FactRef[] = [];
  for (const [day, lines] of linesByDay) {
    for (let start = 0; start < lines.length; start += PACK_LINES) {
      const part = lines.slice(start, start + PACK_LINES);
      const pack = await packLines(
        day,
        part.map(({ text }) => text),
      );
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

async function packLines(day: number, lines: readonly string[]): Promise<Pack> {
  const text = lines.join("\n");
  const raw = Buffer.from(text);
  return { day, id: packIdOf(text), rawBytes: raw.length, data: await compress(raw) };
}
