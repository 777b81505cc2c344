import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { CallFacts } from "../../../../domain/call/call-record.ts";
import type { CallGist, CallTail, FoundCall } from "../../../../ports/call-index.ts";
import { soundFactLine } from "../fact-line.ts";
import type { FactLine } from "../fact-line.ts";
import { linesIn, readSoundPacks } from "../read-packs.ts";
import type { Tables } from "../tables.ts";
import { readGistsOfWaiting } from "./gists-of-waiting.ts";

/** Packs read at a look: at more calls a second than some four thousand the rest is left out and counted. */
const MOST_PACKS = 64;
/** A pack is seen when it is committed, which is after the time that it says: looks overlap by so much, microseconds. */
const OVERLAP_US = 2_000_000;
const PACKS_PER_QUERY = 16;

interface NewPack {
  readonly day: number;
  readonly pack: string;
  readonly writtenUs: number;
}

/** Reads what was written since the last look, whichever server wrote it. The first look tells nothing: it begins now. */
export class CallTailReader implements CallTail {
  readonly #db: Kysely<Tables>;
  #fromUs: number | null = null;
  /** Packs that were told, with when they were written: those of the overlap. */
  #told = new Map<string, number>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async next(): ReturnType<CallTail["next"]> {
    const since = this.#fromUs === null ? null : this.#fromUs - OVERLAP_US;
    const { rows } = await sql<{ nowUs: number }>`
      select (extract(epoch from clock_timestamp()) * 1000000)::bigint as "nowUs"`.execute(this.#db);
    const nowUs = rows[0]?.nowUs ?? 0;
    this.#fromUs = nowUs;
    if (since === null) return { calls: [], skippedPacks: 0 };
    const fresh = (await newPacks(this.#db, since, nowUs)).filter(({ pack }) => !this.#told.has(pack));
    for (const { pack, writtenUs } of fresh) this.#told.set(pack, writtenUs);
    for (const [pack, writtenUs] of this.#told) if (writtenUs < nowUs - 2 * OVERLAP_US) this.#told.delete(pack);
    const read = fresh.slice(-MOST_PACKS);
    const calls: FactLine[] = [];
    for (let start = 0; start < read.length; start += PACKS_PER_QUERY) {
      const packs = await readSoundPacks(this.#db, "fact_packs", read.slice(start, start + PACKS_PER_QUERY));
      for (const bytes of packs.values()) {
        for (const text of linesIn(bytes)) {
          const line = text === "" ? null : soundFactLine(text);
          if (line !== null) calls.push(line);
        }
      }
    }
    const gists = await readGistsOfWaiting(
      this.#db,
      calls.toSorted((a, b) => (a.facts.id < b.facts.id ? 1 : -1)),
    );
    return { calls: calls.map(({ facts }) => foundOf(facts, gists)), skippedPacks: fresh.length - read.length };
  }
}

function foundOf(facts: CallFacts, gists: ReadonlyMap<string, CallGist>): FoundCall {
  const gist = gists.get(facts.id) ?? null;
  return { facts, gist, waits: gist === null };
}

/** Calls that last longer are told by their end, and lie in the day in which they began. */
const DAYS_BACK = 1;
const MOST_LISTED = 4_096;

async function newPacks(db: Kysely<Tables>, sinceUs: number, nowUs: number): Promise<readonly NewPack[]> {
  const day = Math.floor(nowUs / 86_400_000_000);
  const { rows } = await sql<NewPack>`
    select day, id as pack, written_us as "writtenUs" from fact_packs
    where day between ${day - DAYS_BACK} and ${day + 1} and written_us > ${sinceUs}::bigint
    order by written_us limit ${MOST_LISTED}`.execute(db);
  return rows;
}
