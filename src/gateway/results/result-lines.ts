import type { KeptResult } from "../../domain/results/kept-result.ts";
import type { AnswerCache, CachePlace, Claim } from "../../ports/answer-cache.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Ids } from "../../ports/ids.ts";

/** What becomes of a lookup that found nothing at once. */
export type Turn =
  /** Somebody else's run has brought it. */
  | { readonly type: "found"; readonly result: KeptResult }
  /** It runs in the name of all who have the same question. */
  | { readonly type: "claimed"; readonly token: string; readonly claim: Claim }
  /** The run that it waited for is not over, or too many wait already: it runs for itself. */
  | { readonly type: "busy" }
  /** The result of a run may not be kept: all run for themselves. */
  | { readonly type: "hopeless" };

/** What one stands in line for. */
export interface LineTerms {
  readonly place: CachePlace;
  /** Longest wait, and how long a claim holds the others up, ms. */
  readonly waitMs: number;
  /** Looks for the result again. */
  readonly look: () => Promise<KeptResult | null>;
}

/** A place in line. */
export interface Standing {
  readonly turn: Promise<Turn>;
  /** Gives the place up; the turn is `busy` then. A claim that it was given already is not given back. */
  leave(): void;
}

/** What lines stand on. */
export interface LinesTerms {
  readonly cache: AnswerCache;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Who may wait for one result, and in all lines of a process; more run for themselves. */
const MOST_IN_LINE = 1_000;
const MOST_IN_ALL = 5_000;

/** Between two looks at what another replica is doing, ms: a run of milliseconds is met soon, one of minutes seldom asked after. */
const FIRST_REST_MS = 20;
const LONGEST_REST_MS = 250;
const GROWTH = 1.5;

interface Line {
  readonly terms: LineTerms;
  readonly waiting: Set<(turn: Turn) => void>;
  /** Ends the rest between two looks; `isWoken` while there is none, so that it is not even begun. */
  wake: () => void;
  isWoken: boolean;
}

/**
 * Lookups of this process that wait for a run, by result: one look at the cache serves all who wait for the same.
 * Whoever comes first runs; when that run fails or its time is over, the next one does.
 */
export class ResultLines {
  readonly #terms: LinesTerms;
  readonly #lines = new Map<string, Line>();
  #waiting = 0;

  constructor(terms: LinesTerms) {
    this.#terms = terms;
  }

  /** Lookups that wait. */
  get size(): number {
    return this.#waiting;
  }

  enter(terms: LineTerms): Standing {
    const known = this.#lines.get(terms.place.key);
    if (this.#waiting >= MOST_IN_ALL || (known?.waiting.size ?? 0) >= MOST_IN_LINE) {
      return { turn: Promise.resolve({ type: "busy" }), leave: () => {} };
    }
    const line = known ?? { terms, waiting: new Set(), wake: () => {}, isWoken: false };
    const standing = this.#stand(line, terms.waitMs);
    if (known === undefined) void this.#serve(line);
    return standing;
  }

  /** A run is over in this process: who waits for it looks at once. */
  wake(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    line.isWoken = true;
    line.wake();
  }

  /** Lets everybody go who waits, because the server is about to end: they run themselves. */
  letAllGo(): void {
    for (const { waiting } of this.#lines.values()) for (const settle of waiting) settle({ type: "busy" });
  }

  #stand({ waiting }: Line, waitMs: number): Standing {
    const { promise, resolve } = Promise.withResolvers<Turn>();
    const settle = (turn: Turn): void => {
      if (!waiting.delete(settle)) return;
      this.#waiting -= 1;
      cancel();
      resolve(turn);
    };
    const leave = (): void => settle({ type: "busy" });
    const cancel = this.#terms.clock.after(waitMs, leave);
    waiting.add(settle);
    this.#waiting += 1;
    return { turn: promise, leave };
  }

  /** Serves a line until nobody stands in it; never rejects, because the cache never does. */
  async #serve(line: Line): Promise<void> {
    const { key } = line.terms.place;
    this.#lines.set(key, line);
    let restMs = FIRST_REST_MS;
    while (line.waiting.size > 0) {
      const turn = await this.#nextTurn(line);
      if (turn === null) {
        await this.#rest(line, restMs);
        restMs = Math.min(restMs * GROWTH, LONGEST_REST_MS);
      } else if (turn.type === "claimed") give(line, turn);
      else for (const settle of line.waiting) settle(turn);
    }
    this.#lines.delete(key);
  }

  /** What is to be said to the first, or to all; `null` while another one runs. */
  async #nextTurn({ terms: { place, waitMs, look } }: Line): Promise<Turn | null> {
    const result = await look();
    if (result !== null) return { type: "found", result };
    const token = this.#terms.ids.secret(TOKEN_BYTES);
    const claim = await this.#terms.cache.claim(place, waitMs, token);
    if (claim.state === "hopeless") return { type: "hopeless" };
    if (claim.state === "taken") return null;
    // The one that had the claim may just have stored its result.
    const late = await look();
    if (late === null) return { type: "claimed", token, claim };
    claim.release("done");
    return { type: "found", result: late };
  }

  #rest(line: Line, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#terms.clock.after(ms, resolve);
      line.wake = () => {
        cancel();
        resolve();
      };
      if (line.isWoken) line.wake();
      line.isWoken = false;
    });
  }
}

/** Bytes of a claim's token. */
export const TOKEN_BYTES = 16;

/** The first in line has the claim; where all have left meanwhile, nobody has. */
function give({ waiting }: Line, turn: Extract<Turn, { type: "claimed" }>): void {
  const [first] = waiting;
  if (first === undefined) turn.claim.release("failed");
  else first(turn);
}
