import { FreedPlaces } from "../../domain/limits/freed-places.ts";
import type { LimitClaim, QueueRule } from "../../domain/limits/limit-rule.ts";
import { WaitingLine } from "../../domain/limits/waiting-line.ts";
import type { Waiting } from "../../domain/limits/waiting-line.ts";
import type { Clock } from "../../ports/clock.ts";
import { isPass } from "../../ports/limiter.ts";
import type { Limiter, LimitPass, LimitRefusal } from "../../ports/limiter.ts";

/** A call that comes to its limits. */
export interface Visit {
  readonly claims: readonly LimitClaim[];
  readonly tokens: number;
  /** Position of its class, 0 first. */
  readonly rank: number;
  /** Whose turn it uses, e.g. its tenant's. */
  readonly lane: string;
  /** Lets the call in by something else than the limiter, e.g. what its provider or its budget has left. */
  readonly take?: () => LimitPass | LimitRefusal | Promise<LimitPass | LimitRefusal>;
  /** Hears how to give up the place, for when the client leaves; `null` once there is none. */
  readonly onWaiting: (leave: (() => void) | null) => void;
}

/** Counts of the calls that wait. */
export interface WaitingCounts {
  readonly calls: number;
  /** How long the first of them has waited, ms; 0 when nobody waits. */
  readonly oldestMs: number;
}

/** How those stand who wait for one limit. */
export interface WaitingLineCounts {
  /** Of the limit. */
  readonly name: string;
  readonly calls: number;
  readonly oldestMs: number;
  /** How long a call of the last class would wait that came now, ms; `null` where nobody can say. */
  readonly estimateMs: number | null;
}

interface Guest {
  readonly visit: Visit;
  readonly since: number;
  refusal: LimitRefusal;
  readonly done: (answer: LimitPass | LimitRefusal) => void;
}

type Place = Waiting<Guest>;

interface Line {
  readonly line: WaitingLine<Guest>;
  /** Of its cap, if it has one. */
  readonly freed: FreedPlaces;
  isPumping: boolean;
  /** When its first could go on, as the limiter said last; monotonic ms. */
  nextAt: number;
}

/** Shortest and longest time between two tries of who is first, ms. */
const LEAST_MS = 2;
const MOST_MS = 250;
/** After every class. */
const LAST = Number.MAX_SAFE_INTEGER;
/** How often a place under a cap is looked for: nobody tells when a call ends elsewhere, ms. */
const PLACE_MS = 20;
/**
 * The wait for a place is guessed by how fast places became free: nobody is refused for it before so many did, nor where
 * the guess is less than so many times the longest wait.
 */
const LEAST_FREED = 8;
const CLEARLY = 2;

/**
 * Where calls over a limit wait: a line for each limit and subject, classes first, tenants in turn. Bounded; where it is
 * full the last of a later class gives way. A call that leaves gives up its place.
 */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #limiter: Limiter;
  readonly #lines = new Map<string, Line>();
  readonly #guests = new Map<Guest, { readonly line: Line; readonly place: Place }>();

  constructor(clock: Clock, limiter: Limiter) {
    this.#clock = clock;
    this.#limiter = limiter;
  }

  counts(): WaitingCounts {
    const [first] = this.#guests.keys();
    return { calls: this.#guests.size, oldestMs: first === undefined ? 0 : this.#clock.elapsed() - first.since };
  }

  /** The lines there are, by their limits; users and tenants of one limit are told together, the longest wait counts. */
  lines(): readonly WaitingLineCounts[] {
    const lines = new Map<string, WaitingLineCounts>();
    const estimated = new Set<Line>();
    const now = this.#clock.elapsed();
    for (const [{ visit, since, refusal }, { line }] of this.#guests) {
      const { name } = refusal.claim.rule;
      const { calls, oldestMs, estimateMs } = lines.get(name) ?? { calls: 0, oldestMs: 0, estimateMs: null };
      // Once for each line: it looks at all who wait there.
      const comingMs = estimated.has(line) ? null : this.#waitOf({ ...visit, rank: LAST, lane: "" }, refusal);
      estimated.add(line);
      const longestMs = Math.max(oldestMs, now - since);
      lines.set(name, { name, calls: calls + 1, oldestMs: longestMs, estimateMs: longerOf(estimateMs, comingMs) });
    }
    return [...lines.values()];
  }

  /** Whether nobody waits for anything. */
  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Whether anybody waits for a limit that has no subjects. */
  hasLine(name: string): boolean {
    return this.#lines.has(`${name}|`);
  }

  /** Lets a call in, at once where nobody waits for the same limits, or when its turn has come. */
  async enter(visit: Visit, rule: QueueRule): Promise<LimitPass | LimitRefusal> {
    const behind = this.#behind(visit.claims);
    if (behind === null) {
      const answer = await this.#take(visit);
      const isTooLong = (refusal: LimitRefusal): boolean =>
        refusal.kind !== "concurrent" && refusal.retryAfterMs > rule.longestWaitMs;
      return isPass(answer) || isTooLong(answer) ? answer : this.#wait(visit, rule, answer);
    }
    return this.#wait(visit, rule, behind);
  }

  /** Lets a call in that does not wait: where there is room, and nobody waits for it. */
  takeNow(claims: readonly LimitClaim[], tokens: number): LimitPass | LimitRefusal | Promise<LimitPass | LimitRefusal> {
    return this.#behind(claims) ?? this.#limiter.take(claims, tokens);
  }

  /** Where others wait for the same limits: who comes now would overtake them. */
  #behind(claims: readonly LimitClaim[]): LimitRefusal | null {
    const ahead = claims.find((claim) => this.#lines.has(nameOf(claim)));
    if (ahead === undefined) return null;
    const { requests, tokens, concurrent } = ahead.rule;
    const isCap = requests === null && tokens === null && concurrent !== null;
    const kind = isCap ? "concurrent" : requests === null && tokens !== null ? "tokens" : "requests";
    return { claim: ahead, kind, retryAfterMs: MOST_MS, states: [] };
  }

  #take(visit: Visit): LimitPass | LimitRefusal | Promise<LimitPass | LimitRefusal> {
    return visit.take?.() ?? this.#limiter.take(visit.claims, visit.tokens);
  }

  #wait(visit: Visit, rule: QueueRule, refusal: LimitRefusal): Promise<LimitPass | LimitRefusal> {
    const waitMs = this.#waitOf(visit, refusal);
    if (waitMs !== null && waitMs > this.#mostMs(rule, refusal))
      return Promise.resolve({ ...refusal, retryAfterMs: waitMs, estimateMs: waitMs });
    if (this.#guests.size >= rule.calls && !this.#makeRoom(visit.rank))
      return Promise.resolve(this.#estimated(visit, refusal));
    return new Promise((resolve) => {
      const since = this.#clock.elapsed();
      const cancel = this.#clock.after(rule.longestWaitMs, () => this.#giveUp(guest));
      const guest: Guest = {
        visit,
        since,
        refusal,
        done: (answer) => {
          cancel();
          visit.onWaiting(null);
          resolve(answer);
        },
      };
      this.#queue(guest);
      visit.onWaiting(() => this.#giveUp(guest));
    });
  }

  /** An estimate beyond this is refused at once, ms. */
  #mostMs({ longestWaitMs }: QueueRule, { claim, kind }: LimitRefusal): number {
    if (kind !== "concurrent") return longestWaitMs;
    const freed = this.#lines.get(nameOf(claim))?.freed.count ?? 0;
    return freed < LEAST_FREED ? Number.POSITIVE_INFINITY : CLEARLY * longestWaitMs;
  }

  /** A cap's refusal does not know when a place becomes free; who waits there may. */
  #estimated(visit: Visit, refusal: LimitRefusal): LimitRefusal {
    return refusal.kind === "concurrent" ? { ...refusal, estimateMs: this.#waitOf(visit, refusal) } : refusal;
  }

  /** How long one that comes now would wait for those before it and for itself, ms; `null` where nobody can say. */
  #waitOf(visit: Visit, { claim, kind, retryAfterMs }: LimitRefusal): number | null {
    if (kind === "concurrent") return this.#placeWaitOf(visit, claim);
    const line = this.#lines.get(nameOf(claim));
    const rate = claim.rule[kind];
    if (line === undefined || rate === null) return retryAfterMs;
    const first = line.line.head();
    const ahead = line.line.aheadOf(visit);
    const untilNextMs = Math.max(0, line.nextAt - this.#clock.elapsed());
    if (!ahead.some((place) => place === first)) return untilNextMs;
    const before = ahead.filter((place) => place !== first);
    const cost = (tokens: number): number => (kind === "requests" ? 1 : tokens);
    const sum = before.reduce((total, { value }) => total + cost(value.visit.tokens), cost(visit.tokens));
    return untilNextMs + (sum * rate.windowMs) / rate.amount;
  }

  /** The same for a place under a cap; what a budget holds comes back in sums that nobody knows. */
  #placeWaitOf(visit: Visit, { rule, subject }: LimitClaim): number | null {
    const line = this.#lines.get(nameOf({ rule, subject }));
    const eachMs = line?.freed.eachMs(this.#clock.elapsed()) ?? null;
    if (line === undefined || eachMs === null || rule.concurrent === 0) return null;
    return (line.line.aheadOf(visit).length + 1) * eachMs;
  }

  #queue(guest: Guest): void {
    const { visit, refusal } = guest;
    const name = nameOf(refusal.claim);
    const line = this.#lines.get(name) ?? {
      line: new WaitingLine<Guest>(),
      freed: new FreedPlaces(this.#clock.elapsed()),
      isPumping: false,
      nextAt: 0,
    };
    this.#lines.set(name, line);
    const place = { rank: visit.rank, lane: visit.lane, cost: visit.tokens, value: guest };
    line.line.enter(place);
    this.#guests.set(guest, { line, place });
    this.#pump(name, line, refusal);
  }

  /** Overload sheds the later classes first. */
  #makeRoom(rank: number): boolean {
    let worst: Place | null = null;
    for (const { line } of this.#lines.values()) {
      const last = line.last();
      if (last !== null && last.rank > (worst?.rank ?? rank)) worst = last;
    }
    if (worst === null) return false;
    this.#giveUp(worst.value);
    return true;
  }

  #giveUp(guest: Guest): void {
    const known = this.#guests.get(guest);
    if (known === undefined) return;
    known.line.line.takeOut(known.place, false);
    this.#guests.delete(guest);
    guest.done(this.#estimated(guest.visit, guest.refusal));
  }

  /** Tries who is first again when that may help. */
  #pump(name: string, line: Line, { kind, retryAfterMs }: LimitRefusal): void {
    if (line.isPumping) return;
    line.isPumping = true;
    line.nextAt = this.#clock.elapsed() + retryAfterMs;
    const waitMs = kind === "concurrent" ? PLACE_MS : Math.min(MOST_MS, Math.max(LEAST_MS, retryAfterMs));
    this.#clock.after(waitMs, () => void this.#serve(name, line));
  }

  async #serve(name: string, line: Line): Promise<void> {
    for (let place = line.line.head(); place !== null; place = line.line.head()) {
      const guest = place.value;
      const answer = await this.#take(guest.visit);
      const isThere = this.#guests.get(guest)?.place === place;
      if (isPass(answer)) {
        if (!isThere) answer.settle(null);
        else this.#letIn(place, line, answer);
        continue;
      }
      if (!isThere) continue;
      guest.refusal = answer;
      if (nameOf(answer.claim) !== name) {
        // Another limit is in its way: it must not hold up those who only wait for this one.
        line.line.takeOut(place, false);
        this.#queue(guest);
        continue;
      }
      line.isPumping = false;
      this.#pump(name, line, answer);
      return;
    }
    this.#lines.delete(name);
  }

  #letIn(place: Place, line: Line, pass: LimitPass): void {
    line.line.takeOut(place, true);
    line.freed.note(this.#clock.elapsed());
    this.#guests.delete(place.value);
    place.value.done(pass);
  }
}

const longerOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

const nameOf = ({ rule, subject }: LimitClaim): string => `${rule.name}|${subject}`;
