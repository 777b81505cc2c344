import type { Kysely } from "kysely";
import { RollwardError } from "../../../domain/errors.ts";
import type { CallFilter } from "../../../ports/call-store.ts";
import { firstCallIdAt, ID_SLACK_MS } from "./day.ts";
import { readFactLine } from "./fact-line.ts";
import type { FactLine } from "./fact-line.ts";
import { dayOfCall } from "./pack-facts.ts";
import { indexedText } from "./plain-text.ts";
import { linesIn, readPacks } from "./read-packs.ts";
import type { Tables } from "./tables.ts";

const PACKS_PER_QUERY = 64;

interface CallRow {
  readonly id: string;
  readonly pack: string;
  readonly line: number;
}

/**
 * Calls that were recorded before packs said what they hold: each has a narrow row that names its pack and its line.
 * They are read until they expire; so are those of an older program that still writes into the same database.
 */
export class CallRows {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Newest first. */
  async list(filter: CallFilter): Promise<readonly FactLine[]> {
    const lines = await this.#factLines(await listQuery(this.#db, filter).execute());
    const { environment } = filter;
    return environment === undefined ? lines : lines.filter(({ facts }) => facts.environment === environment);
  }

  async find(id: string): Promise<FactLine | null> {
    const row = await this.#db
      .selectFrom("calls")
      .select(["id", "pack", "line"])
      .where("id", "=", id)
      .executeTakeFirst();
    if (row === undefined) return null;
    const [line] = await this.#factLines([row]);
    return line ?? null;
  }

  /** Reads each pack once, however many of its lines are wanted. */
  async #factLines(rows: readonly CallRow[]): Promise<readonly FactLine[]> {
    const wanted = [...new Map(rows.map(({ id, pack }) => [pack, { pack, day: dayOfCall(id) }])).values()];
    const lines = new Map<string, readonly string[]>();
    for (let start = 0; start < wanted.length; start += PACKS_PER_QUERY) {
      const packs = await readPacks(this.#db, "fact_packs", wanted.slice(start, start + PACKS_PER_QUERY));
      for (const [pack, bytes] of packs) lines.set(pack, linesIn(bytes));
    }
    return rows.map(({ id, pack, line }) => {
      const text = lines.get(pack)?.[line];
      if (text === undefined) throw broken(id);
      return readFactLine(text);
    });
  }
}

const broken = (id: string): RollwardError =>
  new RollwardError(
    "internal",
    { id },
    new Error(`The record of ${id} is damaged: its line is missing from the pack.`),
  );

function listQuery(db: Kysely<Tables>, filter: CallFilter) {
  let query = db.selectFrom("calls").select(["id", "pack", "line"]).orderBy("id", "desc").limit(filter.limit);
  const columns = [
    ["endpoint", filter.endpoint],
    ["release", filter.release],
    ["arm", filter.arm],
    ["rollout_id", filter.rolloutId],
    ["session", filter.session],
    ["outcome", filter.outcome],
  ] as const;
  for (const [column, value] of columns) {
    if (value !== undefined) query = query.where(column, "=", indexedText(value));
  }
  // The index of releases is that of their endpoint.
  const at = filter.release?.lastIndexOf("@") ?? -1;
  if (at > 0 && filter.endpoint === undefined)
    query = query.where("endpoint", "=", indexedText(filter.release?.slice(0, at) ?? ""));
  if (filter.since !== undefined) {
    query = query.where("at", ">=", filter.since).where("id", ">=", firstCallIdAt(filter.since - ID_SLACK_MS));
  }
  if (filter.before !== undefined) query = query.where("id", "<", indexedText(filter.before));
  return query;
}
