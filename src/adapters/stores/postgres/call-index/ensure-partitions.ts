import pg from "pg";
import type { DayPartitions } from "../day-partitions.ts";
import type { PackedSegment } from "./segment-store.ts";

/** Another server has done the same already. */
export class TakenByAnother extends Error {
  override readonly name = "TakenByAnother";
}

export const isTaken = (error: unknown): boolean => error instanceof TakenByAnother;

/** "no partition of relation found for row" */
const NO_PARTITION = "23514";

/** Writes a segment once its partitions are there; again where another process has dropped one meanwhile. */
export async function ensurePartitions(
  partitions: DayPartitions,
  segment: PackedSegment | null,
  write: () => Promise<void>,
): Promise<void> {
  const days = {
    calls: [],
    bodies: [],
    segments: segment === null ? [] : [segment.day],
    texts: new Set(segment?.texts.map(({ day }) => day)),
  };
  await partitions.ensure(days);
  try {
    await write();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== NO_PARTITION) throw error;
    partitions.forget();
    await partitions.ensure(days);
    await write();
  }
}
