import type { CallFacts } from "../../domain/call/call-record.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Clock } from "../../ports/clock.ts";
import { idAt, isUsers } from "./trouble-times.ts";

/** Which failed calls. Times are epoch milliseconds. */
export interface FailedQuestion {
  readonly environment: string;
  /** Empty is all. */
  readonly endpoints: readonly string[];
  readonly since: number;
  readonly until: number;
  readonly now: number;
  /** Only calls of this release, by its name. */
  readonly release?: string | null;
}

/** Failed calls that clients made, the newest first. */
export interface FailedCalls {
  readonly calls: readonly CallFacts[];
  /** `false`: there are more. */
  readonly isAll: boolean;
}

/** Failed calls that are read one by one; of more at least so many users were reached. */
const MOST_CALLS = 1_000;
/** A reading of so many is kept for a while: an incident is looked at once a second, and reading them costs most just then. */
const MANY_CALLS = 200;
const KEPT_MS = 5_000;
const MOST_KEPT = 20;
/** A time that began so long ago moves on with every look: by whole minutes it is the same. */
const LONG_MS = 23 * 3_600_000;
const MINUTE_MS = 60_000;

/** The failed calls of a time; copies and replays failed for nobody. */
export async function readFailed(calls: Pick<CallStore, "list">, question: FailedQuestion): Promise<FailedCalls> {
  const { environment, endpoints, since, until, release = null } = question;
  const [only, ...others] = endpoints;
  const found = await calls.list({
    environment,
    ...(only !== undefined && others.length === 0 && { endpoint: only }),
    ...(release !== null && { release }),
    outcome: "failed",
    since,
    // What came after the end is passed over by the time in its id.
    before: idAt(until + 1),
    limit: MOST_CALLS,
  });
  const meant = found.filter(
    (facts) => (endpoints.length === 0 || endpoints.includes(facts.endpoint ?? "")) && isUsers(facts),
  );
  return { calls: meant, isAll: found.length < MOST_CALLS };
}

interface Kept {
  /** By the time that passed, ms. */
  readonly at: number;
  readonly found: FailedCalls;
}

/** Reads failed calls for whoever looks again and again: many of them are told for five seconds as they were read. */
export class FailedReader {
  readonly #calls: Pick<CallStore, "list">;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #kept = new Map<string, Kept>();

  constructor(calls: Pick<CallStore, "list">, clock: Pick<Clock, "elapsed">) {
    this.#calls = calls;
    this.#clock = clock;
  }

  async read(question: FailedQuestion): Promise<FailedCalls> {
    const key = keyOf(question);
    const known = this.#kept.get(key);
    if (known !== undefined && this.#clock.elapsed() - known.at < KEPT_MS) return known.found;
    const at = this.#clock.elapsed();
    const found = await readFailed(this.#calls, question);
    this.#kept.delete(key);
    if (found.calls.length < MANY_CALLS) return found;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(key, { at, found });
    return found;
  }
}

/** A time that goes on until now is the same a moment later. */
function keyOf({ environment, endpoints, since, until, now, release = null }: FailedQuestion): string {
  const began = now - since < LONG_MS ? since : Math.floor(since / MINUTE_MS);
  return JSON.stringify([environment, endpoints, began, until < now ? until : null, release]);
}
