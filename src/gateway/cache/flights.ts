import type { CachedAnswer } from "../../domain/cache/cached-answer.ts";
import type { SemanticFact } from "../../domain/cache/semantic-fact.ts";

/** How the call ended that asked for several. */
export type Landing =
  /** `near` where it was the answer to another question, which means the same. */
  | { readonly type: "answered"; readonly answer: CachedAnswer; readonly near?: SemanticFact }
  /** Somebody else may try; where an old answer was found that may serve as the last resort, it is that. */
  | { readonly type: "failed"; readonly lastResort: CachedAnswer | null }
  /** Its answer is not for others (it calls a tool, say): each asks for itself. */
  | { readonly type: "hopeless" };

/** A place at a question that may be under way already. */
export type Seat =
  | { readonly role: "lead"; readonly lead: Lead }
  | { readonly role: "wait"; readonly landed: Promise<Landing>; readonly leave: () => void }
  /** Too many wait already. */
  | { readonly role: "alone" };

/** The call that asks for all who have the same question; it lands once, whatever becomes of it. */
export interface Lead {
  /** Tells those who wait; later landings are not heard. */
  land(landing: Landing): void;
  /** Whether the answer was forgotten while it was under way, so that it must not be kept. */
  readonly isForgotten: boolean;
}

/** Calls that wait for one answer; more ask for themselves. */
const MAX_WAITERS = 1_000;

class Flight implements Lead {
  /** Made for the first who waits: tables that the map of flights has left behind keep a flight for long, and would its answer. */
  #landed: PromiseWithResolvers<Landing> | null = null;
  readonly #onLanding: () => void;
  #isOver = false;
  isForgotten = false;
  waiting = 0;

  constructor(onLanding: () => void) {
    this.#onLanding = onLanding;
  }

  get landed(): Promise<Landing> {
    this.#landed ??= Promise.withResolvers();
    return this.#landed.promise;
  }

  land(landing: Landing): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onLanding();
    this.#landed?.resolve(landing);
  }
}

/** Questions of this process that are under way, by key: of identical calls one leads and the others wait for it. */
export class Flights {
  readonly #flights = new Map<string, Flight>();

  /** The first to come leads. Whoever waits takes another seat when a flight failed: the first to do so leads then. */
  join(key: string): Seat {
    const known = this.#flights.get(key);
    if (known === undefined) {
      const flight = new Flight(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
      return { role: "lead", lead: flight };
    }
    if (known.waiting >= MAX_WAITERS) return { role: "alone" };
    known.waiting += 1;
    return { role: "wait", landed: known.landed, leave: () => (known.waiting -= 1) };
  }

  /** What is under way for this key must not be kept when it comes. */
  forget(key: string): void {
    const flight = this.#flights.get(key);
    if (flight !== undefined) flight.isForgotten = true;
  }

  /** Questions under way. */
  get size(): number {
    return this.#flights.size;
  }
}
