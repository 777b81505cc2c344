import type { Kysely } from "kysely";
import type { CallBodies, CallFacts, CallRecord } from "../../../domain/call/call-record.ts";
import { RollwardError } from "../../../domain/errors.ts";
import { sha256Hex } from "../../../kit/hash.ts";
import type { CallFilter, CallStore } from "../../../ports/call-store.ts";
import type { CallWriter } from "./call-writer.ts";
import { dayOf, firstCallIdAt } from "./day.ts";
import { DayPartitions } from "./day-partitions.ts";
import { readFactLine } from "./fact-line.ts";
import type { FactLine } from "./fact-line.ts";
import { encodeCall, joinCalls } from "./encoded-call.ts";
import type { BodyRef, BodyRefs } from "./pack-bodies.ts";
import { dayOfCall } from "./pack-facts.ts";
import type { FactRef } from "./pack-facts.ts";
import { indexedText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";
import { decompress } from "./compress.ts";

const NO_BODIES: CallBodies = { request: null, upstream: null, answer: null };
const PACKS_PER_QUERY = 64;
/** An id is made moments before or after the arrival is noted. */
const ID_SLACK_MS = 60_000;

/**
 * Recorded calls in PostgreSQL. A call is one narrow row with what lists filter by; its facts are a line in a
 * pack of facts, its bytes a stretch of a pack of bodies, both compressed. Against one `jsonb` per call this
 * takes a third of the processor time and a sixth of the space, which is what lets the embedded database keep
 * up with the gateway on the same machine.
 */
export function createPostgresCallStore(db: Kysely<Tables>, writer: Pick<CallWriter, "write">): CallStore {
  return new PostgresCallStore(db, writer);
}

type FactRow = FactRef & { readonly id: string };
type PackTableName = "fact_packs" | "body_packs";
type PackPlace = Pick<BodyRefs, "day" | "pack">;

class PostgresCallStore implements CallStore {
  readonly #db: Kysely<Tables>;
  readonly #writer: Pick<CallWriter, "write">;
  readonly #partitions: DayPartitions;

  constructor(db: Kysely<Tables>, writer: Pick<CallWriter, "write">) {
    this.#db = db;
    this.#writer = writer;
    this.#partitions = new DayPartitions(db);
  }

  hold(call: CallRecord): CallRecord {
    return encodeCall(call);
  }

  async append(calls: readonly CallRecord[]): Promise<void> {
    if (calls.length > 0) await this.#writer.write(joinCalls(calls.map(encodeCall)));
  }

  async list(filter: CallFilter): Promise<readonly CallFacts[]> {
    const rows = await listQuery(this.#db, filter).execute();
    const lines = await this.#factLines(rows);
    return lines.map(({ facts }) => facts);
  }

  async facts(id: string): Promise<CallFacts | null> {
    return (await this.#factLine(id))?.facts ?? null;
  }

  async bodies(id: string): Promise<CallBodies | null> {
    const line = await this.#factLine(id);
    if (line === null) return null;
    const { bodies } = line;
    if (bodies === null) return NO_BODIES;
    const bytes = (await this.#readPacks("body_packs", [bodies])).get(bodies.pack);
    if (bytes === undefined) return NO_BODIES;
    const cut = (ref: BodyRef | null): Uint8Array | null => (ref === null ? null : cutOut(bytes, ref, id));
    return { request: cut(bodies.request), upstream: cut(bodies.upstream), answer: cut(bodies.answer) };
  }

  async expire(now: number, retainFactsDays: number): Promise<number> {
    const today = dayOf(now);
    const facts = await this.#partitions.dropFacts(today - retainFactsDays - 1);
    return facts + (await this.#partitions.dropBodies(today));
  }

  async #factLine(id: string): Promise<FactLine | null> {
    if (!isCallId(id)) return null;
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
  async #factLines(rows: readonly FactRow[]): Promise<readonly FactLine[]> {
    const wanted = [...new Map(rows.map(({ id, pack }) => [pack, { pack, day: dayOfCall(id) }])).values()];
    const lines = new Map<string, readonly string[]>();
    for (let start = 0; start < wanted.length; start += PACKS_PER_QUERY) {
      const packs = await this.#readPacks("fact_packs", wanted.slice(start, start + PACKS_PER_QUERY));
      for (const [pack, bytes] of packs) lines.set(pack, bytes.toString().split("\n"));
    }
    return rows.map(({ id, pack, line }) => {
      const text = lines.get(pack)?.[line];
      if (text === undefined) throw broken(id, "its line is missing from the pack of facts");
      return readFactLine(text);
    });
  }

  /** The contents of packs by their ids; those that are gone are left out. */
  async #readPacks(table: PackTableName, wanted: readonly PackPlace[]): Promise<ReadonlyMap<string, Buffer>> {
    const byDay = Map.groupBy(wanted, ({ day }) => day);
    const rows = await this.#db
      .selectFrom(table)
      .select(["id", "raw_bytes", "data"])
      .where((each) =>
        each.or(
          [...byDay].map(([day, own]) => {
            const ids = own.map(({ pack }) => pack);
            return each.and([each("day", "=", day), each("id", "in", ids)]);
          }),
        ),
      )
      .execute();
    const read = rows.map(async ({ id, data, raw_bytes }) => [id, await decompress(data, raw_bytes)] as const);
    return new Map(await Promise.all(read));
  }
}

const isCallId = (id: string): boolean => /^call_[0-9a-hjkmnp-tv-z]{26}$/.test(id);

const broken = (id: string, reason: string): RollwardError =>
  new RollwardError("internal", { id }, new Error(`The record of ${id} is damaged: ${reason}.`));

/** The bytes of one body, checked against their hash: what is shown is what was sent. */
function cutOut(pack: Buffer, { sha256, offset, length }: BodyRef, id: string): Uint8Array {
  const bytes = pack.subarray(offset, offset + length);
  if (sha256Hex(bytes) !== sha256) throw broken(id, "its bytes do not have their SHA-256");
  return bytes;
}

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
