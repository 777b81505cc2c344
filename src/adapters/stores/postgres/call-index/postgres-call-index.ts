import type { Kysely } from "kysely";
import type { CallIndex, CallPage, FoundCall } from "../../../../ports/call-index.ts";
import { hasWords } from "../../../../domain/call/call-search.ts";
import type { CallSearch } from "../../../../domain/call/call-search.ts";
import type { CallWriter } from "../call-writer.ts";
import type { Tables } from "../tables.ts";
import { findCalls } from "./find-calls.ts";
import type { FindTerms } from "./find-calls.ts";
import { findSessions } from "./find-sessions.ts";
import { readGistsOfWaiting } from "./gists-of-waiting.ts";
import { readGistsOf } from "./resolve-rows.ts";
import { SegmentGone, SegmentReader } from "./segment-reader.ts";
import { CallTailReader } from "./tail-calls.ts";
import { tallyCalls } from "./tally-calls.ts";
import { RowedCalls } from "./rowed-calls.ts";
import { countDamaged, countWaiting } from "./waiting-calls.ts";

/** So often a search begins again because segments were merged while it read them. */
const MOST_TRIES = 5;

/** Packs that wait that are taken in before a search for words, which does not look into those that wait. */
const CATCH_UP_PACKS = 64;
const CATCH_UP_STEPS = 3;

/**
 * Finds calls by an index of columns beside the packs (docs/decisions/0039-call-index.md). What is written a moment
 * ago waits in packs and is read there, until a step takes it in.
 */
export function createPostgresCallIndex(db: Kysely<Tables>, writer: Pick<CallWriter, "index">): CallIndex {
  const terms: FindTerms = { db, reader: new SegmentReader(db) };
  const rowed = new RowedCalls(db);

  /** What no search looks at until it is taken in is taken in first, where it is little. */
  async function catchUp(): Promise<number> {
    let waiting = await countWaiting(db);
    // A step takes in one day.
    for (let step = 0; step < CATCH_UP_STEPS && waiting > 0 && waiting <= CATCH_UP_PACKS; step += 1) {
      await writer.index();
      waiting = await countWaiting(db);
    }
    return waiting;
  }

  const look = (search: CallSearch, page: CallPage): Promise<readonly FoundCall[]> =>
    retried(async () => {
      const found = await findCalls(terms, search, page);
      const indexed = await readGistsOf(terms.reader, found);
      const waiting = page.wantsText === true ? found.filter(({ found: row }) => row === null) : [];
      const gists = new Map([...indexed, ...(await readGistsOfWaiting(db, waiting))]);
      const calls = found.map(({ facts, found: row }) => {
        const gist = gists.get(facts.id) ?? null;
        return { facts, gist, waits: row === null && gist === null };
      });
      const rows = (await rowed.find(search, page)).map((facts) => ({ facts, gist: null, waits: false }));
      return rows.length === 0 ? calls : merged([...calls, ...rows], page);
    });

  return {
    async find(search, page) {
      const behind = hasWords(search) ? await catchUp() : 0;
      return { calls: await look(search, page), behind };
    },
    async tally(search, tallyTerms) {
      if (hasWords(search)) await catchUp();
      return retried(() => tallyCalls(terms, search, tallyTerms));
    },
    async sessions(search, page) {
      const behind = await catchUp();
      return retried(async () => {
        const sessions = await findSessions(terms, search, page);
        return {
          sessions,
          next: sessions.length < page.limit ? null : (sessions.at(-1)?.last.facts.id ?? null),
          behind,
        };
      });
    },
    tail: () => new CallTailReader(db),
    step: (rests) => writer.index(rests),
    damaged: () => countDamaged(db),
  };
}

/** Two pages of the same search as one; a call that is in both counts as the first says. */
function merged(calls: readonly FoundCall[], { order, limit }: CallPage): readonly FoundCall[] {
  const byId = new Map(calls.toReversed().map((call) => [call.facts.id, call]));
  const sorted = [...byId.values()].toSorted((a, b) => (a.facts.id < b.facts.id ? -1 : 1));
  return (order === "oldest" ? sorted : sorted.toReversed()).slice(0, limit);
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SegmentGone) || tries === MOST_TRIES) throw error;
    }
  }
}
