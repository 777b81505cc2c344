import { ulidTime } from "../../../kit/ulid.ts";
import { marksOf } from "./call-marks.ts";
import type { CallMark } from "./call-marks.ts";
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

/** Longest time between the first and the last call of a pack, ms: where a call may be follows from its own time. */
export const PACK_SPAN_MS = 60_000;

/** The facts of some calls, in the order of their ids, with what the pack is found by. */
export interface FactPack extends Pack {
  /** Times in the ids of the first and the last call, epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** One per line, see `tagOf`. */
  readonly tags: readonly number[];
  readonly marks: readonly CallMark[];
}

interface Line {
  readonly call: StoredCall;
  readonly atMs: number;
  readonly bodies: BodyRefs | null;
}

/** Puts the facts of a batch into packs of their calls' days. Throws for an id without a time. */
export async function packFacts(
  calls: readonly StoredCall[],
  bodies: readonly (BodyRefs | null)[],
): Promise<readonly FactPack[]> {
  const lines = calls.map((call, index): Line => {
    return { call, atMs: timeOfCall(call.columns.id), bodies: bodies[index] ?? null };
  });
  const packs: FactPack[] = [];
  for (const part of parted(lines.toSorted(byId))) packs.push(await packLines(part));
  return packs;
}

function byId({ call: { columns: a } }: Line, { call: { columns: b } }: Line): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

/** The time in the id of a call, epoch milliseconds. Throws TypeError for another text. */
export function timeOfCall(id: string): number {
  const time = id.startsWith("call_") ? ulidTime(id) : null;
  if (time === null) throw new TypeError(`${JSON.stringify(id.slice(0, 80))} is not the id of a call.`);
  return time;
}

/** The day of a call, from its id. */
export const dayOfCall = (id: string): number => dayOf(timeOfCall(id));

/** Characters at the end of an id that make its tag; five of them in base 36 fit into 32 bits. */
const TAG_LENGTH = 5;

/** A number that tells most calls of one pack from any other call. */
export const tagOf = (id: string): number => Number.parseInt(id.slice(-TAG_LENGTH), 36);

/** Sorted lines in parts of one day, a bounded time and a bounded number. */
function parted(lines: readonly Line[]): readonly Line[][] {
  const parts: Line[][] = [];
  let part: Line[] = [];
  for (const line of lines) {
    const [first] = part;
    const isLate =
      first !== undefined && (line.atMs > first.atMs + PACK_SPAN_MS || dayOf(line.atMs) !== dayOf(first.atMs));
    if (part.length === 0 || isLate || part.length === PACK_LINES) {
      part = [];
      parts.push(part);
    }
    part.push(line);
  }
  return parts;
}

/** Calls are never changed, so their ids stand for the contents. */
async function packLines(lines: readonly Line[]): Promise<FactPack> {
  const ids = lines.map(({ call }) => call.columns.id);
  const raw = Buffer.concat(lines.flatMap(({ call, bodies }) => factLine(call.facts, bodies)));
  const firstMs = lines[0]?.atMs ?? 0;
  return {
    day: dayOf(firstMs),
    id: packIdOf(ids.join("\n")),
    rawBytes: raw.length,
    data: await compress(raw),
    firstMs,
    lastMs: lines.at(-1)?.atMs ?? firstMs,
    tags: ids.map(tagOf),
    marks: marksOf(lines.map(({ call }) => call.columns)),
  };
}
