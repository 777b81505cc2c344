import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { vectorOf } from "../../../kit/nearest-vectors.ts";
import type { KnownMeaning, MeaningNote, NearMeaning } from "../../../ports/meaning-store.ts";

/** A row of `meanings` that is not gone. */
export interface MeaningRow {
  readonly partition: string;
  readonly key: string;
  readonly endpoint: string;
  readonly call_id: string;
  readonly vector: Buffer;
  readonly question: string;
  readonly notes: unknown;
  readonly vetoes: unknown;
  readonly at: string | number;
  readonly expires_at: string | number;
}

/** The columns of a `MeaningRow`. */
export const MEANING_COLUMNS: RawBuilder<unknown> = sql.raw(
  "partition, key, endpoint, call_id, vector, question, notes, vetoes, at, expires_at",
);

/** What a row says; `null` for one that nobody of us wrote, or that is damaged. */
export function meaningOf(row: MeaningRow): KnownMeaning | null {
  const vector = vectorOf(row.vector);
  const notes = notesOf(row.notes);
  const { vetoes } = row;
  if (vector === null || notes === null || !Array.isArray(vetoes) || !vetoes.every(isText)) return null;
  return {
    partition: row.partition,
    key: row.key,
    endpoint: row.endpoint,
    callId: row.call_id,
    vector,
    question: row.question,
    notes,
    vetoes,
    at: Number(row.at),
    expiresAt: Number(row.expires_at),
  };
}

const isText = (value: unknown): value is string => typeof value === "string";

/** A note lies as `[similarity, right]`. */
function notesOf(value: unknown): readonly MeaningNote[] | null {
  if (!Array.isArray(value)) return null;
  const notes = value.map((pair: unknown): MeaningNote | null => {
    const [similarity, right] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    return typeof similarity === "number" && typeof right === "boolean" ? { similarity, right } : null;
  });
  return notes.some((note) => note === null) ? null : (notes as readonly MeaningNote[]);
}

/** Keeps the nearest of what comes page by page. */
export function nearer(
  one: readonly NearMeaning[],
  other: readonly NearMeaning[],
  count: number,
): readonly NearMeaning[] {
  return [...one, ...other].toSorted((a, b) => b.similarity - a.similarity).slice(0, count);
}
