import type { Kysely } from "kysely";
import { sql } from "kysely";
import { ulidTime } from "../../../kit/ulid.ts";
import { meetsCriteria } from "../../../domain/call/call-criteria.ts";
import type { CallFilter } from "../../../ports/call-store.ts";
import { dayOf, isCallId } from "./day.ts";
import { readFactLine, soundFactLine } from "./fact-line.ts";
import type { FactLine } from "./fact-line.ts";
import { PACK_SPAN_MS, tagOf, timeOfCall } from "./pack-facts.ts";
import { placesOf } from "./places-of.ts";
import type { FactPlace } from "./places-of.ts";
import { linesIn, readPacks, readSoundPacks } from "./read-packs.ts";
import type { Tables } from "./tables.ts";

/** Packs looked up, and packs read, at a time. */
const PLACES = 64;
const PACKS_PER_QUERY = 8;

/** A line with when it was written, epoch microseconds. */
interface Found {
  readonly line: FactLine;
  readonly writtenUs: number;
}

/** Calls in packs that say which calls they hold. */
export class CallPacks {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async find(id: string): Promise<FactLine | null> {
    const atMs = timeOfCall(id);
    const places = await this.#db
      .selectFrom("fact_packs")
      .select(["day", "id as pack"])
      .where("day", "=", dayOf(atMs))
      .where("last_ms", ">=", atMs)
      .where("last_ms", "<=", atMs + PACK_SPAN_MS)
      .where("first_ms", "<=", atMs)
      .where(sql<boolean>`${tagOf(id)} = any(tags)`)
      .orderBy("written_us")
      .execute();
    for (const place of places) {
      for (const bytes of (await readPacks(this.#db, "fact_packs", [place])).values()) {
        const likely = linesIn(bytes).filter((line) => line.includes(id));
        const line = likely.map(readFactLine).find(({ facts }) => facts.id === id);
        if (line !== undefined) return line;
      }
    }
    return null;
  }

  /** Newest first. Packs overlap in time, so calls are known to be next when no pack to come reaches so far. */
  async list(filter: CallFilter): Promise<readonly FactLine[]> {
    const found = await this.#alone(filter);
    for (let last: FactPlace | null = null; ;) {
      const { rows } = await placesOf(filter, { last, limit: PLACES }).execute(this.#db);
      for (let start = 0; start < rows.length; start += PACKS_PER_QUERY) {
        if (isEnough(found, filter.limit, rows[start]?.lastMs ?? 0)) return newest(found, filter.limit);
        await this.#take(rows.slice(start, start + PACKS_PER_QUERY), filter, found);
      }
      last = rows.at(-1) ?? null;
      if (last === null || rows.length < PLACES) return newest(found, filter.limit);
    }
  }

  /** A call without a session is listed as a session of its own, and has no mark of it. */
  async #alone(filter: CallFilter): Promise<Map<string, Found>> {
    const { session } = filter;
    const line = session !== undefined && isCallId(session) ? await this.find(session) : null;
    return line === null || !meetsCriteria(line.facts, filter)
      ? new Map<string, Found>()
      : new Map([[line.facts.id, { line, writtenUs: 0 }]]);
  }

  async #take(places: readonly FactPlace[], filter: CallFilter, found: Map<string, Found>): Promise<void> {
    const packs = await readSoundPacks(this.#db, "fact_packs", places);
    for (const { pack, writtenUs } of places) {
      for (const text of linesIn(packs.get(pack) ?? EMPTY)) {
        const line = text === "" ? null : soundFactLine(text);
        if (line === null) continue;
        const known = found.get(line.facts.id);
        const isFirst = known === undefined || writtenUs < known.writtenUs;
        // What the marks promise is looked at again: a mark may be shared, and a pack holds other calls too.
        if (isFirst && meetsCriteria(line.facts, filter)) found.set(line.facts.id, { line, writtenUs });
      }
    }
  }
}

const EMPTY = Buffer.alloc(0);

/** Whether as many calls as are wanted are younger than every call of a pack that ends at `nextMs`. */
function isEnough(found: ReadonlyMap<string, Found>, wanted: number, nextMs: number): boolean {
  let younger = 0;
  for (const id of found.keys()) if ((ulidTime(id) ?? 0) > nextMs) younger += 1;
  return younger >= wanted;
}

const newest = (found: ReadonlyMap<string, Found>, limit: number): readonly FactLine[] =>
  [...found.values()]
    .map(({ line }) => line)
    .toSorted((a, b) => (a.facts.id < b.facts.id ? 1 : -1))
    .slice(0, limit);
