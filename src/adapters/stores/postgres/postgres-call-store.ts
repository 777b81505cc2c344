import type { Kysely } from "kysely";
import type { CallBodies, CallFacts, CallRecord } from "../../../domain/call/call-record.ts";
import { RollwardError } from "../../../domain/errors.ts";
import { sha256Hex } from "../../../kit/hash.ts";
import type { CallFilter, CallStore } from "../../../ports/call-store.ts";
import { CallPacks } from "./call-packs.ts";
import { CallRows } from "./call-rows.ts";
import type { CallWriter } from "./call-writer.ts";
import { dayOf, isCallId } from "./day.ts";
import { DayPartitions } from "./day-partitions.ts";
import type { FactLine } from "./fact-line.ts";
import { encodeCall, joinCalls } from "./encoded-call.ts";
import type { BodyRef } from "./pack-bodies.ts";
import { readPacks } from "./read-packs.ts";
import type { Tables } from "./tables.ts";

const NO_BODIES: CallBodies = { request: null, upstream: null, answer: null };

/**
 * Recorded calls in PostgreSQL. A call is a line in a pack of facts, its bytes a stretch of a pack of bodies, both
 * compressed; a row stands for a pack, not for a call (docs/decisions/0002-packs.md). That is what lets the embedded
 * database keep up with the gateway on the same machine.
 */
export function createPostgresCallStore(db: Kysely<Tables>, writer: Pick<CallWriter, "write">): CallStore {
  return new PostgresCallStore(db, writer);
}

class PostgresCallStore implements CallStore {
  readonly #db: Kysely<Tables>;
  readonly #writer: Pick<CallWriter, "write">;
  readonly #partitions: DayPartitions;
  readonly #packs: CallPacks;
  readonly #rows: CallRows;

  constructor(db: Kysely<Tables>, writer: Pick<CallWriter, "write">) {
    this.#db = db;
    this.#writer = writer;
    this.#partitions = new DayPartitions(db);
    this.#packs = new CallPacks(db);
    this.#rows = new CallRows(db);
  }

  hold(call: CallRecord): CallRecord {
    return encodeCall(call);
  }

  async append(calls: readonly CallRecord[]): Promise<void> {
    if (calls.length > 0) await this.#writer.write(joinCalls(calls.map(encodeCall)));
  }

  async list(filter: CallFilter): Promise<readonly CallFacts[]> {
    const packed = await this.#packs.list(filter);
    const rowed = await this.#rows.list(filter);
    if (rowed.length === 0) return packed.map(({ facts }) => facts);
    // A row is older than a pack that says the same.
    const byId = new Map([...packed, ...rowed].map(({ facts }) => [facts.id, facts]));
    return [...byId.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, filter.limit);
  }

  async facts(id: string): Promise<CallFacts | null> {
    return (await this.#find(id))?.facts ?? null;
  }

  async bodies(id: string): Promise<CallBodies | null> {
    const line = await this.#find(id);
    if (line === null) return null;
    const { bodies } = line;
    if (bodies === null) return NO_BODIES;
    const bytes = (await readPacks(this.#db, "body_packs", [bodies])).get(bodies.pack);
    if (bytes === undefined) return NO_BODIES;
    const cut = (ref: BodyRef | null): Uint8Array | null => (ref === null ? null : cutOut(bytes, ref, id));
    return { request: cut(bodies.request), upstream: cut(bodies.upstream), answer: cut(bodies.answer) };
  }

  async expire(now: number, retainFactsDays: number): Promise<number> {
    const today = dayOf(now);
    const last = today - retainFactsDays - 1;
    const facts = await this.#partitions.dropFacts(last);
    if (Number.isFinite(last)) await this.#db.deleteFrom("damaged_packs").where("day", "<=", last).execute();
    return facts + (await this.#partitions.dropBodies(today));
  }

  async #find(id: string): Promise<FactLine | null> {
    if (!isCallId(id)) return null;
    return (await this.#rows.find(id)) ?? (await this.#packs.find(id));
  }
}

/** The bytes of one body, checked against their hash: what is shown is what was sent. */
function cutOut(pack: Buffer, { sha256, offset, length }: BodyRef, id: string): Uint8Array {
  const bytes = pack.subarray(offset, offset + length);
  if (sha256Hex(bytes) === sha256) return bytes;
  throw new RollwardError(
    "internal",
    { id },
    new Error(`The record of ${id} is damaged: its bytes do not have their SHA-256.`),
  );
}
