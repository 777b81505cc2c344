import type { JsonObject } from "../domain/json.ts";

/** What told the session of a conversation in its first request; a chain of responses goes on under it. */
export interface ChainSession {
  readonly header: string | null;
  readonly metadata: string | null;
  readonly opening: string | null;
}

/** A response of the Responses API that its client may refer to later. Only the key that made it sees it. */
export interface StoredResponse {
  readonly id: string;
  readonly keyId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; from then on it is as if it had never been. */
  readonly expiresAt: number;
  readonly session: ChainSession;
  /** All items that led to it, those of earlier responses of the chain included. */
  readonly input: readonly JsonObject[];
  /** As the client got it. */
  readonly response: JsonObject;
}

/** Items of stored answers that are looked for. */
export interface WantedItems {
  readonly keyId: string;
  readonly ids: readonly string[];
  /** Epoch milliseconds; what has expired by then is not found. */
  readonly now: number;
  /** How much may be read for it: what is stored of the answers that hold them. */
  readonly mostBytes: number;
}

/** Items by their ids. What is not there was not found. */
export type FoundItems = ReadonlyMap<string, JsonObject>;

/** Where responses are kept. */
export interface ResponseStore {
  /** Keeps all of them or none; one that is known already stays as it is. */
  append(responses: readonly StoredResponse[]): Promise<void>;
  /** `null` when there is none of that key that has not expired at `now` (epoch milliseconds). */
  find(keyId: string, id: string, now: number): Promise<StoredResponse | null>;
  /** At one look, each from the newest answer of that key that holds it; `null` when it would be too much. */
  findItems(wanted: WantedItems): Promise<FoundItems | null>;
  /** Whether there was one to delete. */
  delete(keyId: string, id: string): Promise<boolean>;
  /** Deletes what has expired at `now`. */
  expire(now: number): Promise<void>;
}

/** Makes a signal that is told when whoever asks has left; asked for only where something is waited for. */
export type Gone = () => AbortSignal;

/** Keeps responses without making anybody wait for a database; what was kept can be found at once. */
export interface ResponseKeeper {
  /** False when it is too large or too much is waiting: it cannot be referred to then. */
  keep(response: StoredResponse): boolean;
  /**
   * What another replica is about to write is waited for, a second at most and while the caller is there. Throws
   * `database_unavailable` when the store does not answer in time.
   */
  find(keyId: string, id: string, gone?: Gone): Promise<StoredResponse | null>;
  /** Items of answers of that key; `null` when they are too large together. Waits and throws as `find` does. */
  findItems(keyId: string, ids: readonly string[], gone?: Gone): Promise<FoundItems | null>;
  /** Whether there was one to delete; waits as `find` does, also where the caller has left. */
  delete(keyId: string, id: string): Promise<boolean>;
  /** Responses that were asked to be kept and are not. */
  dropped(): number;
  /** Resolves when everything kept so far is in the store, or the store takes nothing. */
  flush(): Promise<void>;
}
