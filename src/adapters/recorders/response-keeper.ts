import { RollwardError } from "../../domain/errors.ts";
import { outputItems } from "../../domain/call/output-items.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type {
  FoundItems,
  Gone,
  ResponseKeeper,
  ResponseStore,
  StoredResponse,
  WantedItems,
} from "../../ports/response-store.ts";
import { LateLooks } from "./late-looks.ts";

/** What the keeper is plugged into. */
export interface KeeperTerms {
  readonly store: ResponseStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Whether other replicas write to the store: what is not found may be about to come. */
  readonly isShared: boolean;
}

/** Largest response with its conversation, bytes, and what may wait to be written. */
const MOST_BYTES = 4 * 1024 * 1024;
const WAITING_BYTES = 64 * 1024 * 1024;
/** Answers that are read for the items that one request refers to, and these items: a conversation is hardly larger. */
const FOUND_BYTES = 16 * 1024 * 1024;
const BATCH = 20;
/** How long a previous response, or items, may be looked for. */
const FIND_MS = 2_000;
const PAUSE_MS = 500;
/** A response that was refused so often while others were taken is at fault itself. */
const MOST_STRIKES = 3;

const DOING = "storing responses";

const placeOf = (keyId: string, id: string): string => `${keyId}/${id}`;

/** Writes responses behind the request's way; those that wait are found in memory. */
export const createResponseKeeper = (terms: KeeperTerms): ResponseKeeper => new QueueKeeper(terms);

interface Held {
  readonly response: StoredResponse;
  readonly bytes: number;
  readonly items: FoundItems;
  wasRefused: boolean;
  /** How often it was refused alone while the store took others. */
  strikes: number;
}

class QueueKeeper implements ResponseKeeper {
  readonly #terms: KeeperTerms;
  readonly #late: LateLooks | null;
  readonly #waiting = new Map<string, Held>();
  /** Which of them holds an item. */
  readonly #holding = new Map<string, Held>();
  #waitingBytes = 0;
  #dropped = 0;
  #isTroubled = false;
  /** Whether the store has taken something since it last refused. */
  #hasTaken = false;
  #writing: Promise<void> | null = null;

  constructor(terms: KeeperTerms) {
    this.#terms = terms;
    this.#late = terms.isShared ? new LateLooks(terms.clock) : null;
  }

  keep(response: StoredResponse): boolean {
    const place = placeOf(response.keyId, response.id);
    const bytes = Buffer.byteLength(JSON.stringify([response.input, response.response]));
    this.#remove(place);
    if (bytes > MOST_BYTES || this.#waitingBytes + bytes > WAITING_BYTES) {
      this.#dropped += 1;
      return false;
    }
    const items = outputItems(response.response);
    const held = { response, bytes, items, wasRefused: false, strikes: 0 };
    this.#waiting.set(place, held);
    for (const id of items.keys()) this.#holding.set(placeOf(response.keyId, id), held);
    this.#waitingBytes += bytes;
    this.#start();
    return true;
  }

  async find(keyId: string, id: string, gone?: Gone): Promise<StoredResponse | null> {
    const held = this.#waiting.get(placeOf(keyId, id));
    if (held !== undefined) return held.response;
    const { store, clock } = this.#terms;
    const look = (): Promise<StoredResponse | null> => this.#inTime(store.find(keyId, id, clock.now()));
    return (await look()) ?? (await this.#late?.untilFound({ keyId, ids: [id], gone }, look)) ?? null;
  }

  async findItems(keyId: string, ids: readonly string[], gone?: Gone): Promise<FoundItems | null> {
    const found = new Map<string, JsonObject>();
    let left = FOUND_BYTES;
    for (const id of ids) {
      const item = this.#holding.get(placeOf(keyId, id))?.items.get(id);
      if (item === undefined) continue;
      left -= Buffer.byteLength(JSON.stringify(item));
      if (left < 0) return null;
      found.set(id, item);
    }
    const others = ids.filter((id) => !found.has(id));
    if (others.length === 0) return found;
    const stored = await this.#storedItems({ keyId, ids: others, mostBytes: left }, gone);
    return stored === null ? null : new Map([...stored, ...found]);
  }

  async #storedItems(wanted: Omit<WantedItems, "now">, gone: Gone | undefined): Promise<FoundItems | null> {
    const { store, clock } = this.#terms;
    const look = (): Promise<FoundItems | null> => this.#inTime(store.findItems({ ...wanted, now: clock.now() }));
    const first = await look();
    const ids = wanted.ids.filter((id) => first?.has(id) === false);
    if (ids.length === 0) return first;
    // Of an array, because those that are too large together are an answer, too.
    const later = await this.#late?.untilFound({ keyId: wanted.keyId, ids, gone }, async () => {
      const found = await look();
      return found === null || ids.every((id) => found.has(id)) ? [found] : null;
    });
    return later === undefined || later === null ? first : (later[0] ?? null);
  }

  /** What the store finds; throws when that takes too long. */
  async #inTime<Found>(finding: Promise<Found>): Promise<Found> {
    const { clock } = this.#terms;
    const tooLate = Promise.withResolvers<never>();
    const cancel = clock.after(FIND_MS, () =>
      tooLate.reject(new RollwardError("database_unavailable", { reason: `no answer within ${FIND_MS} ms` })),
    );
    try {
      return await Promise.race([finding, tooLate.promise]);
    } finally {
      cancel();
    }
  }

  async delete(keyId: string, id: string): Promise<boolean> {
    const wasWaiting = this.#remove(placeOf(keyId, id));
    const look = async (): Promise<true | null> => ((await this.#terms.store.delete(keyId, id)) ? true : null);
    if ((await look()) === true || wasWaiting) return true;
    return (await this.#late?.untilFound({ keyId, ids: [id] }, look)) === true;
  }

  dropped(): number {
    return this.#dropped;
  }

  async flush(): Promise<void> {
    this.#start();
    await this.#writing;
  }

  #start(): void {
    if (this.#waiting.size > 0) this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0 && (await this.#write()));
    this.#writing = null;
    if (this.#waiting.size > 0) this.#terms.clock.after(PAUSE_MS, () => this.#start());
  }

  /** Writes one batch; false when the store does not take it now. */
  async #write(): Promise<boolean> {
    const { store, announcer } = this.#terms;
    // One at a time after a failure: one that the store refuses must not hold up all others.
    const batch = [...this.#waiting].slice(0, this.#isTroubled ? 1 : BATCH);
    try {
      await store.append(batch.map(([, { response }]) => response));
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(DOING, error);
      this.#isTroubled = true;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) this.#refused(only[0], only[1]);
      return false;
    }
    this.#hasTaken = true;
    for (const [place, held] of batch) {
      const now = this.#waiting.get(place);
      if (now === held) this.#remove(place);
      // Deleted while it was written: then it must not come back.
      else if (now === undefined) await store.delete(held.response.keyId, held.response.id).catch(() => false);
    }
    if (this.#isTroubled && ![...this.#waiting.values()].some(({ wasRefused }) => wasRefused)) {
      this.#isTroubled = false;
      announcer.recovered(DOING);
    }
    return true;
  }

  /** Goes behind the others, or is given up. */
  #refused(place: string, held: Held): void {
    if (this.#waiting.get(place) !== held) return;
    held.wasRefused = true;
    if (this.#hasTaken) held.strikes += 1;
    this.#hasTaken = false;
    if (held.strikes < MOST_STRIKES) {
      this.#waiting.delete(place);
      this.#waiting.set(place, held);
    } else {
      this.#remove(place);
      this.#dropped += 1;
    }
  }

  #remove(place: string): boolean {
    const held = this.#waiting.get(place);
    if (held === undefined) return false;
    this.#waitingBytes -= held.bytes;
    for (const id of held.items.keys()) {
      const at = placeOf(held.response.keyId, id);
      if (this.#holding.get(at) === held) this.#holding.delete(at);
    }
    return this.#waiting.delete(place);
  }
}
