import { sql } from "kysely";
import type { Kysely } from "kysely";
import { nearestVectors, vectorBytes } from "../../../kit/nearest-vectors.ts";
import { MOST_NOTES, MOST_VETOES, REMOVALS_TOLD_MS } from "../../../ports/meaning-store.ts";
import type {
  KnownMeaning,
  Meaning,
  MeaningChanges,
  MeaningNote,
  MeaningPlace,
  MeaningRemoval,
  MeaningStore,
  NearMeaning,
} from "../../../ports/meaning-store.ts";
import { MEANING_COLUMNS, meaningOf, nearer } from "./meaning-rows.ts";
import type { MeaningRow } from "./meaning-rows.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** How a database compares vectors. */
export type VectorSearch = "scan" | "pgvector";

/** Rows read at a time: in the embedded database a long statement makes everybody wait. */
const PAGE = 200;

/** A change may become visible this long after its time: its statement was still under way. */
const OVERLAP_MS = 5_000;

const DELETED_AT_ONCE = 500;

/** The database's clock, epoch milliseconds: those of several servers do not agree. */
const NOW = sql.raw("(extract(epoch from clock_timestamp()) * 1000)::bigint");

type Db = Kysely<Tables>;

/** Meanings in PostgreSQL. A search is exact either way: no approximate index could keep within a partition. */
export function createPostgresMeaningStore(db: Db, search: VectorSearch): MeaningStore {
  let poisoned = 0;
  const read = (rows: readonly MeaningRow[]): readonly KnownMeaning[] =>
    rows.flatMap((row) => {
      const meaning = meaningOf(row);
      if (meaning === null) poisoned += 1;
      return meaning ?? [];
    });
  return {
    search,
    async put(meaning, most) {
      await insert(db, meaning, search);
      await makeRoom(db, meaning.partition, most);
    },
    nearest: (partition, vector, terms) =>
      (search === "pgvector" ? searched : scanned)({ db, read, partition, vector, ...terms }),
    changes: (partition, since, now) => changes({ db, read, partition, now }, since),
    note: (place, one) => note(db, place, one),
    veto: (place, question) => veto(db, place, question),
    remove: (what) => remove(db, what),
    expire: (now) => expire(db, now),
    poisoned: () => poisoned,
  };
}

async function insert(db: Db, meaning: Meaning, search: VectorSearch): Promise<void> {
  const { partition, key, endpoint, callId, vector, question, at, expiresAt } = meaning;
  const isIndexed = search === "pgvector";
  const columns = sql.raw(isIndexed ? ", embedding" : "");
  const values = isIndexed ? sql`, ${vectorText(vector)}::vector` : sql``;
  const updates = sql.raw(isIndexed ? ", embedding = excluded.embedding" : "");
  await sql`
    insert into meanings (partition, key, endpoint, call_id, vector, question, at, expires_at, changed_at${columns})
    values (${partition}, ${key}, ${endpoint}, ${callId}, ${vectorBytes(vector)}, ${plainText(question)}, ${at}, ${expiresAt}, ${NOW}${values})
    on conflict (partition, key) do update set endpoint = excluded.endpoint, call_id = excluded.call_id,
      vector = excluded.vector, question = excluded.question, notes = '[]', vetoes = '[]', at = excluded.at,
      expires_at = excluded.expires_at, changed_at = excluded.changed_at, is_gone = false${updates}`.execute(db);
}

async function makeRoom(db: Db, partition: string, most: number): Promise<void> {
  await sql`
    update meanings set ${GONE} where partition = ${partition} and key in (
      select key from meanings where partition = ${partition} and not is_gone
      order by at desc, key offset ${most}
    )`.execute(db);
}

/** Without its vector, and no longer there than others need to hear of it. */
const GONE = sql.raw(
  `is_gone = true, vector = '', question = '', notes = '[]', changed_at = (extract(epoch from clock_timestamp()) * 1000)::bigint,
   expires_at = (extract(epoch from clock_timestamp()) * 1000)::bigint + ${REMOVALS_TOLD_MS}`,
);

interface Search {
  readonly db: Db;
  readonly read: (rows: readonly MeaningRow[]) => readonly KnownMeaning[];
  readonly partition: string;
  readonly vector: Float32Array;
  readonly count: number;
  readonly now: number;
}

const vectorText = (vector: Float32Array): string => `[${vector.join(",")}]`;

/** A vector of another size, which only somebody else can have put there, would end the whole search. */
async function searched({ db, read, partition, vector, count, now }: Search): Promise<readonly NearMeaning[]> {
  const { rows } = await sql<MeaningRow>`
    select ${MEANING_COLUMNS} from meanings
    where partition = ${partition} and not is_gone and expires_at > ${now} and embedding is not null
      and octet_length(vector) = ${vector.byteLength}
    order by embedding <=> ${vectorText(vector)}::vector limit ${count}`.execute(db);
  return nearestOf(read(rows), vector, count);
}

/** Page by page, so that neither this process nor the database holds all vectors at once. */
async function scanned({ db, read, partition, vector, count, now }: Search): Promise<readonly NearMeaning[]> {
  let nearest: readonly NearMeaning[] = [];
  for (let after = ""; ;) {
    const { rows } = await sql<MeaningRow>`
      select ${MEANING_COLUMNS} from meanings
      where partition = ${partition} and key > ${after} and not is_gone and expires_at > ${now}
      order by key limit ${PAGE}`.execute(db);
    nearest = nearer(nearest, nearestOf(read(rows), vector, count), count);
    if (rows.length < PAGE) return nearest;
    after = rows.at(-1)?.key ?? after;
  }
}

function nearestOf(meanings: readonly KnownMeaning[], vector: Float32Array, count: number): readonly NearMeaning[] {
  const vectors = meanings.map((meaning) => meaning.vector);
  return nearestVectors(vector, vectors, count).flatMap(({ index, product }) => {
    const meaning = meanings[index];
    return meaning === undefined ? [] : [{ meaning, similarity: product }];
  });
}

type Reading = Pick<Search, "db" | "read" | "partition" | "now">;

async function changes({ db, read, partition, now }: Reading, since: number): Promise<MeaningChanges> {
  const changed: KnownMeaning[] = [];
  const removed: string[] = [];
  let cursor = since;
  for (let after = { at: since - OVERLAP_MS, key: "" }; ;) {
    const { rows } = await sql<MeaningRow & { changed_at: string | number; is_gone: boolean }>`
      select ${MEANING_COLUMNS}, changed_at, is_gone from meanings
      where partition = ${partition} and (changed_at, key) > (${after.at}::bigint, ${after.key})
        and expires_at > ${now}
      order by changed_at, key limit ${PAGE}`.execute(db);
    changed.push(...read(rows.filter(({ is_gone: isGone }) => !isGone)));
    removed.push(...rows.flatMap(({ is_gone: isGone, key }) => (isGone ? key : [])));
    const last = rows.at(-1);
    if (last !== undefined) after = { at: Number(last.changed_at), key: last.key };
    cursor = Math.max(cursor, after.at);
    if (rows.length < PAGE) return { changed, removed, cursor };
  }
}

/** The oldest of many makes room. */
async function note(db: Db, { partition, key }: MeaningPlace, { similarity, right }: MeaningNote): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update meanings set changed_at = ${NOW},
      notes = case when jsonb_array_length(notes) >= ${MOST_NOTES} then notes - 0 else notes end
        || ${JSON.stringify([[similarity, right]])}::jsonb
    where partition = ${partition} and key = ${key} and not is_gone`.execute(db);
  return (numAffectedRows ?? 0n) > 0n;
}

async function veto(db: Db, place: MeaningPlace, question: string): Promise<boolean> {
  const { partition, key } = place;
  const one = sql`${JSON.stringify([question])}::jsonb`;
  const { numAffectedRows } = await sql`
    update meanings set vetoes = vetoes || ${one}, changed_at = ${NOW}
    where partition = ${partition} and key = ${key} and not is_gone and not vetoes @> ${one}`.execute(db);
  await sql`
    update meanings set ${GONE}
    where partition = ${partition} and key = ${key} and jsonb_array_length(vetoes) > ${MOST_VETOES} and not is_gone`.execute(
    db,
  );
  return (numAffectedRows ?? 0n) > 0n;
}

async function remove(db: Db, what: MeaningRemoval): Promise<number> {
  const where =
    "key" in what
      ? sql`partition = ${what.partition} and key = ${what.key}`
      : "partition" in what
        ? sql`partition = ${what.partition}`
        : sql`endpoint = ${what.endpoint}`;
  const { numAffectedRows } = await sql`update meanings set ${GONE} where ${where} and not is_gone`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

async function expire(db: Db, now: number): Promise<void> {
  for (;;) {
    const { numAffectedRows } = await sql`
      delete from meanings where (partition, key) in (
        select partition, key from meanings where expires_at <= ${now} limit ${DELETED_AT_ONCE}
      )`.execute(db);
    if ((numAffectedRows ?? 0n) < BigInt(DELETED_AT_ONCE)) return;
  }
}
