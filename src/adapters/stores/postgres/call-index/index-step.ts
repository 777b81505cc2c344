import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import { isRepaired } from "../../../../domain/call/is-repaired.ts";
import { DayPartitions } from "../day-partitions.ts";
import type { FactLine } from "../fact-line.ts";
import { readSoundPacks } from "../read-packs.ts";
import type { Tables } from "../tables.ts";
import { cutBody } from "./cut-body.ts";
import { factsInPack } from "./facts-in-pack.ts";
import { entryOf } from "./index-entry.ts";
import type { EntryText, IndexEntry } from "./index-entry.ts";
import { indexText } from "./index-text.ts";
import type { MaskText } from "./index-text.ts";
import { mergeSegments, WHOLE_CALLS } from "./merge-segments.ts";
import { ensurePartitions, isTaken, TakenByAnother } from "./ensure-partitions.ts";
import { encodeSegment } from "./segment-codec.ts";
import type { Pace } from "./pace.ts";
import { insertSegment, packSegment } from "./segment-store.ts";

/** Packs and calls that one step takes in. */
const STEP_PACKS = 512;
const STEP_CALLS = WHOLE_CALLS;
/** Calls of a step that rests in between: what is encoded in one piece is smaller, and load that has changed is soon heeded. */
const RESTING_CALLS = WHOLE_CALLS / 4;
const PACKS_PER_QUERY = 16;

/** A pack of facts that waits. */
interface WaitingPack {
  readonly day: number;
  readonly pack: string;
  readonly lastMs: number;
  /** `null` for one that is gone. */
  readonly calls: number | null;
}

/** A call that is taken in, without its text. */
interface TakenCall {
  readonly entry: IndexEntry;
  readonly bodies: FactLine["bodies"];
  readonly isRepaired: boolean;
}

/**
 * Takes the newest waiting packs of a day into the index, then merges small segments. Reading and encoding happen
 * outside the transaction, which is short: where another server was quicker it takes nothing. Answers how many packs
 * still wait, counted up to a bound.
 */
export function createIndexStep(db: Kysely<Tables>, mask: MaskText, pace: Pace): (rests: number) => Promise<number> {
  const partitions = new DayPartitions(db);
  return async (rests) => {
    pace.begin(rests);
    const waiting = await readWaiting(db);
    const taken = firstDay(waiting, rests === 0 ? STEP_CALLS : RESTING_CALLS);
    if (taken.length > 0) await takeIn({ db, partitions, mask, pace }, taken);
    await pace.breathe();
    await mergeSegments(db, partitions);
    await pace.breathe();
    return waiting.length - taken.length;
  };
}

async function readWaiting(db: Kysely<Tables>): Promise<readonly WaitingPack[]> {
  const { rows } = await sql<WaitingPack>`
    select queued.day, queued.pack, queued.last_ms as "lastMs", cardinality(packs.tags) as calls
    from (select * from call_index_queue order by last_ms desc limit ${2 * STEP_PACKS}) as queued
    left join fact_packs as packs on packs.day = queued.day and packs.id = queued.pack
    order by queued.last_ms desc`.execute(db);
  return rows;
}

/** As many as a step takes, all of one day. */
function firstDay(waiting: readonly WaitingPack[], mostCalls: number): readonly WaitingPack[] {
  const taken: WaitingPack[] = [];
  let calls = 0;
  for (const each of waiting) {
    if (each.day !== waiting[0]?.day || taken.length === STEP_PACKS || calls >= mostCalls) break;
    taken.push(each);
    calls += each.calls ?? 0;
  }
  return taken;
}

interface StepTerms {
  readonly db: Kysely<Tables>;
  readonly partitions: DayPartitions;
  readonly mask: MaskText;
  readonly pace: Pace;
}

/** Takes packs in. One that is damaged is noted: what can be read of it is found, and it does not wait again. */
async function takeIn(terms: StepTerms, taken: readonly WaitingPack[]): Promise<void> {
  const { db, partitions } = terms;
  const { calls, damaged } = await readCalls(terms, taken);
  const entries = await readTexts(terms, calls);
  const day = taken[0]?.day ?? 0;
  const segment = entries.length === 0 ? null : await packSegment(day, encodeSegment(entries));
  await ensurePartitions(partitions, segment, () =>
    db.transaction().execute(async (transaction) => {
      if ((await leaveQueue(transaction, taken)) !== taken.length) throw new TakenByAnother();
      await noteDamaged(transaction, day, damaged);
      if (segment !== null) await insertSegment(transaction, segment);
    }),
  ).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
  });
}

async function noteDamaged(db: Transaction<Tables>, day: number, packs: readonly string[]): Promise<void> {
  if (packs.length === 0) return;
  const rows = packs.map((pack) => ({ day, pack }));
  await db
    .insertInto("damaged_packs")
    .values(rows)
    .onConflict((each) => each.column("pack").doNothing())
    .execute();
}

async function leaveQueue(db: Transaction<Tables>, taken: readonly WaitingPack[]): Promise<number> {
  const times = taken.map(({ lastMs }) => lastMs);
  const packs = taken.map(({ pack }) => pack);
  const { numAffectedRows } = await sql`
    delete from call_index_queue as queued
    using unnest(${times}::bigint[], ${packs}::uuid[]) as taken (last_ms, pack)
    where queued.last_ms = taken.last_ms and queued.pack = taken.pack`.execute(db);
  return Number(numAffectedRows ?? 0);
}

interface ReadCalls {
  readonly calls: readonly TakenCall[];
  /** Ids of packs of which not everything could be read. */
  readonly damaged: readonly string[];
}

/** The calls of packs, each once: of two packs with the same call the one that was written first counts. */
async function readCalls({ db, pace }: StepTerms, taken: readonly WaitingPack[]): Promise<ReadCalls> {
  const found = new Map<string, TakenCall>();
  const damaged: string[] = [];
  for (let start = 0; start < taken.length; start += PACKS_PER_QUERY) {
    const some = taken.slice(start, start + PACKS_PER_QUERY);
    const rows = await db
      .selectFrom("fact_packs")
      .select(["id", "raw_bytes", "data", "written_us"])
      .where("day", "=", some[0]?.day ?? 0)
      .where(
        "id",
        "in",
        some.map(({ pack }) => pack),
      )
      .execute();
    for (const { id, raw_bytes, data, written_us } of rows) {
      const pack = { id, writtenUs: written_us ?? 0 };
      const { facts: lines, isDamaged } = await factsInPack(data, raw_bytes);
      if (isDamaged) damaged.push(id);
      for (const { line, fact } of lines) {
        const { facts, bodies } = fact;
        const known = found.get(facts.id);
        if (known !== undefined && known.entry.pack.writtenUs <= pack.writtenUs) continue;
        found.set(facts.id, {
          entry: entryOf(facts, { pack, line, text: null }),
          bodies,
          isRepaired: isRepaired(facts),
        });
      }
    }
    await pace.breathe();
  }
  return { calls: [...found.values()], damaged };
}

/** The entries of calls with their texts. One pack of bodies is in memory at a time. */
async function readTexts({ db, mask, pace }: StepTerms, calls: readonly TakenCall[]): Promise<readonly IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for (const [pack, own] of Map.groupBy(calls, ({ bodies }) => bodies?.pack ?? null)) {
    const day = own[0]?.bodies?.day ?? 0;
    const bytes = pack === null ? undefined : (await readSoundPacks(db, "body_packs", [{ day, pack }])).get(pack);
    for (const [index, call] of own.entries()) {
      entries.push({ ...call.entry, text: bytes === undefined ? null : textIn(bytes, call, mask) });
      if (index % CALLS_AT_ONCE === CALLS_AT_ONCE - 1) await pace.breathe();
    }
    await pace.breathe();
  }
  return entries;
}

function textIn(bytes: Buffer, { bodies, isRepaired: repaired }: TakenCall, mask: MaskText): EntryText | null {
  if (bodies === null) return null;
  const { day, request, answer } = bodies;
  return indexText(
    { request: cutBody(bytes, request), answer: cutBody(bytes, answer) },
    { day, requestHash: request?.sha256 ?? null, isRepaired: repaired, mask },
  );
}

/** Calls whose text is read before others have their turn: some milliseconds. */
const CALLS_AT_ONCE = 64;
