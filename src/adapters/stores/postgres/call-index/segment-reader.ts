import { LRUCache } from "lru-cache";
import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import type { CallSearch } from "../../../../domain/call/call-search.ts";
import { marksFor } from "../call-marks.ts";
import { ID_SLACK_MS } from "../day.ts";
import { PACK_SPAN_MS } from "../pack-facts.ts";
import type { Tables } from "../tables.ts";
import { USER_FILTER } from "./segment-parts.ts";
import { mayHave, partsFor } from "./segment-search.ts";
import type { CompiledSearch, SegmentData } from "./segment-search.ts";
import { mayHaveValue } from "./value-filter.ts";
import type { SegmentHead } from "./segment-codec.ts";
import { readHeads, readParts, readTextParts } from "./segment-store.ts";
import type { PartsRead, PartWanted, SegmentPlace } from "./segment-store.ts";

/** Heads kept in memory: those of some thirty million calls, some kilobytes each. They never change. */
const HEADS_KEPT = 2_000;

/** Packs with marks of sessions that are looked at; beyond, every segment is. */
const MOST_MARKS = 2_000;

/** A segment has become part of a larger one since it was looked up: the search begins again. */
export class SegmentGone extends Error {
  override readonly name = "SegmentGone";
}

/** Between which times in ids calls can be, epoch milliseconds. */
export interface TimeBounds {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The bounds of a search: an id is made moments before or after the arrival is noted. */
export const boundsOf = ({ since, until }: CallSearch): TimeBounds => ({
  fromMs: since === undefined ? 0 : Math.floor(since) - ID_SLACK_MS,
  toMs: until === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(until) + ID_SLACK_MS,
});

/** Reads segments. */
export class SegmentReader {
  readonly #db: Kysely<Tables>;
  readonly #heads = new LRUCache<string, SegmentHead>({ max: HEADS_KEPT });

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Segments that reach into the bounds, in the order in which they are searched. */
  async places({ fromMs, toMs }: TimeBounds, order: "newest" | "oldest"): Promise<readonly SegmentPlace[]> {
    const sorted: RawBuilder<unknown> = order === "newest" ? sql`last_ms desc` : sql`first_ms`;
    const { rows } = await sql<SegmentPlace>`
      select day, id, first_ms as "firstMs", last_ms as "lastMs", calls from call_segments
      where last_ms >= ${fromMs}::bigint and first_ms <= ${toMs}::bigint order by ${sorted}, id`.execute(this.#db);
    return rows;
  }

  /** Those of some segments that may have a call that meets all but so many of the facets that are looked for. Throws `SegmentGone`. */
  async likely(
    places: readonly SegmentPlace[],
    compiled: CompiledSearch,
    mostMissed = 0,
  ): Promise<readonly SegmentPlace[]> {
    const heads = await this.heads(places);
    let likely = places.filter((place) => mayHave({ head: present(heads.get(place.id)), place }, compiled, mostMissed));
    const { session } = compiled.search;
    if (session !== undefined && compiled.hashes.session !== null)
      likely = [...(await this.withSessions(likely, [session]))];
    const { user } = compiled.hashes;
    return user === null ? likely : this.withUser(likely, user);
  }

  /** Throws `SegmentGone`. */
  async heads(places: readonly SegmentPlace[]): Promise<ReadonlyMap<string, SegmentHead>> {
    const found = new Map<string, SegmentHead>();
    const unknown: SegmentPlace[] = [];
    for (const place of places) {
      const head = this.#heads.get(place.id);
      if (head === undefined) unknown.push(place);
      else found.set(place.id, head);
    }
    for (const [id, head] of await readHeads(this.#db, unknown)) {
      this.#heads.set(id, head);
      found.set(id, head);
    }
    if (found.size < places.length) throw new SegmentGone();
    return found;
  }

  /** Reads what a search needs of segments, and `more` of their columns. Throws `SegmentGone`. */
  async load(
    places: readonly SegmentPlace[],
    compiled: CompiledSearch,
    more: readonly number[] = [],
  ): Promise<readonly SegmentData[]> {
    const heads = await this.heads(places);
    const columns = new Set(more);
    const texts = new Set<number>();
    const textDays = new Set<number>();
    for (const place of places) {
      const head = present(heads.get(place.id));
      const wanted = partsFor(compiled, head);
      for (const part of wanted.columns) columns.add(part);
      for (const part of wanted.texts) texts.add(part);
      if (wanted.texts.length > 0) for (const day of head.textDays) textDays.add(day);
    }
    const segments = places.map(({ id }) => id);
    const days = [...new Set(places.map(({ day }) => day))];
    const read = await readParts(this.#db, "call_segment_parts", { days, segments, parts: [...columns] });
    const said = await readParts(this.#db, "call_texts", { days: [...textDays], segments, parts: [...texts] });
    return places.map((place) => ({
      place,
      head: present(heads.get(place.id)),
      columns: columnsOf(read, place),
      texts: said.get(place.id) ?? new Map(),
    }));
  }

  /** Some parts of text, each of its own segment. */
  texts(days: readonly number[], wanted: readonly PartWanted[]): Promise<PartsRead> {
    return readTextParts(this.#db, days, wanted);
  }

  /** Those of some segments that can have calls of sessions: where the marks of packs say that those have any. */
  async withSessions(places: readonly SegmentPlace[], sessions: readonly string[]): Promise<readonly SegmentPlace[]> {
    const marks = sessions.flatMap((session) => marksFor({ session, limit: 0 }));
    const { rows } = await sql<{ lastMs: number }>`
      select last_ms as "lastMs" from call_marks where mark = any(${marks}::bigint[])
      limit ${MOST_MARKS + 1}`.execute(this.#db);
    if (rows.length > MOST_MARKS) return places;
    return places.filter(({ firstMs, lastMs }) =>
      rows.some((pack) => pack.lastMs >= firstMs && pack.lastMs <= lastMs + PACK_SPAN_MS),
    );
  }

  /** Those of some segments that can have calls of a user. Throws `SegmentGone`. */
  async withUser(places: readonly SegmentPlace[], user: number): Promise<readonly SegmentPlace[]> {
    const days = [...new Set(places.map(({ day }) => day))];
    const segments = places.map(({ id }) => id);
    const read = await readParts(this.#db, "call_segment_parts", { days, segments, parts: [USER_FILTER] });
    return places.filter((place) => {
      const filter = read.get(place.id)?.get(place.day)?.get(USER_FILTER);
      return filter === undefined || mayHaveValue(filter, user);
    });
  }
}

/** Every segment has columns, so one without is gone. */
function columnsOf(read: PartsRead, { id, day }: SegmentPlace): ReadonlyMap<number, Buffer> {
  const columns = read.get(id)?.get(day);
  if (columns === undefined) throw new SegmentGone();
  return columns;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new SegmentGone();
  return value;
}
