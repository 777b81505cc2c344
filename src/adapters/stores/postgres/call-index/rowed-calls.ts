import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { CallFacts } from "../../../../domain/call/call-record.ts";
import { hasWords, meetsSearch } from "../../../../domain/call/call-search.ts";
import type { CallSearch } from "../../../../domain/call/call-search.ts";
import type { CallPage } from "../../../../ports/call-index.ts";
import { CallRows } from "../call-rows.ts";
import type { Tables } from "../tables.ts";

/** Rows read at a time, and how often for one search: beyond, older ones are not found. */
const ROWS = 500;
const MOST_READS = 40;

/**
 * Calls from before packs said what they hold have rows of their own and are in no segment. They are looked through
 * until they have expired; then there are no partitions of them, and nothing is read.
 */
export class RowedCalls {
  readonly #db: Kysely<Tables>;
  readonly #rows: CallRows;
  /** Whether there were any; partitions are never added again. */
  #areThere = true;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
    this.#rows = new CallRows(db);
  }

  /** A page of those that meet a search; none of a search for words. */
  async find(search: CallSearch, { order, after, limit }: CallPage): Promise<readonly CallFacts[]> {
    if (hasWords(search) || !(await this.#anyThere())) return [];
    const found: CallFacts[] = [];
    for (let before = order === "newest" ? after : undefined, read = 0; read < MOST_READS; read += 1) {
      const lines = await this.#rows.list({ limit: ROWS, ...(before !== undefined && { before }) });
      for (const { facts } of lines) if (meetsSearch(facts, search)) found.push(facts);
      before = lines.at(-1)?.facts.id;
      if (lines.length < ROWS || (order === "newest" && found.length >= limit)) break;
    }
    if (order === "newest") return found.slice(0, limit);
    const rest = after === undefined ? found : found.filter(({ id }) => id > after);
    return rest.toReversed().slice(0, limit);
  }

  async #anyThere(): Promise<boolean> {
    if (!this.#areThere) return false;
    const { rows } = await sql<{ any: boolean }>`
      select exists (select from pg_inherits where inhparent = to_regclass('calls')) as any`.execute(this.#db);
    this.#areThere = rows[0]?.any === true;
    return this.#areThere;
  }
}
