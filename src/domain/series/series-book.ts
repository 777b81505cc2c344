import type { AttemptRecord, CallFacts } from "../call/call-record.ts";
import type { FeedbackItem, FeedbackSubject } from "../feedback/feedback.ts";
import { OTHER, SPAN_MS } from "./series-cell.ts";
import type { SeriesCell, SeriesMembers } from "./series-cell.ts";
import { addTally, countAttempt, countCall, countFeedback, openTally } from "./tally.ts";
import type { OpenTally } from "./tally.ts";

/** Bounds of a book. */
export interface SeriesBookLimits {
  /** Cells of one minute; what comes beyond is counted in the environment's `(other)`. */
  readonly minuteCells: number;
  /** Cells that wait to be written; beyond, those of the oldest minutes are dropped. */
  readonly waitingCells: number;
  /** Cells whose totals are shown; beyond, releases that are silent for longest make room with all of theirs. */
  readonly totalCells: number;
}

/** An hour of a hundred endpoints fits while the database is away; a cell is about 2 KB. */
const DEFAULT_LIMITS: SeriesBookLimits = { minuteCells: 1_000, waitingCells: 10_000, totalCells: 2_000 };

/** What a book has counted since the process began, and what it lost. */
export interface SeriesBookCounts {
  readonly waiting: number;
  /** Calls that were counted in `(other)`. */
  readonly merged: number;
  /** Cells that could not be written in time, and the calls in them. */
  readonly droppedCells: number;
  readonly droppedCalls: number;
}

interface OpenCell extends SeriesCell {
  start: number;
  readonly members: SeriesMembers;
  readonly tally: OpenTally;
}

/** All totals of one release of an endpoint. They come and go together: sums over some of them would count down else. */
interface ReleaseTotals {
  /** The last minute in which something was counted, epoch ms. */
  heardAt: number;
  readonly cells: Map<string, OpenCell>;
}

interface Minute {
  readonly start: number;
  readonly cells: Map<string, OpenCell>;
}

/** Where a call is counted, and how the key of that begins. */
interface Counted {
  readonly tail: string;
  readonly tally: OpenTally;
}

/** What of a call decides where it is counted, its arm apart. */
type Told = Pick<CallFacts, "environment" | "endpoint" | "release" | "tier" | "provider" | "model">;

interface LastCounted extends Counted {
  readonly minute: Minute;
  readonly arm: string;
  readonly facts: Told;
}

const isAlike = (one: Told, other: Told): boolean =>
  one.endpoint === other.endpoint &&
  one.release === other.release &&
  one.model === other.model &&
  one.provider === other.provider &&
  one.tier === other.tier &&
  one.environment === other.environment;

/**
 * Counts calls by the minute in which they end. A call costs one look into a map and some additions; everything else (totals, what is to be
 * written) is made from the cells when somebody asks for it. Bounded in every direction, and it says what it lost.
 */
export class SeriesBook {
  readonly #limits: SeriesBookLimits;
  #minutes = new Map<number, Minute>();
  #current: Minute = { start: Number.NaN, cells: new Map() };
  #last: LastCounted | null = null;
  /** Taken into the totals and not yet into a batch; by minute and key. */
  readonly #waiting = new Map<string, OpenCell>();
  /** By release; the end of the map is what was heard of last. */
  readonly #totals = new Map<string, ReleaseTotals>();
  #totalCells = 0;
  /** Failed attempts in totals that are gone, by environment and model: they are told without a release, and must not count down. */
  readonly #faded = new Map<string, OpenCell>();
  #merged = 0;
  #droppedCells = 0;
  #droppedCalls = 0;

  constructor(limits: Partial<SeriesBookLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Counts a call that has ended. Of copies and backtests, which no user has seen, only the attempts and what they cost count. */
  note(facts: CallFacts): void {
    const minute = this.#minuteOf(facts.at + facts.totalMs);
    const { provider, model, attempts } = facts;
    const arm = facts.backtest === undefined ? (facts.arm ?? "") : "backtest";
    const { tail, tally: own } = this.#ownOf(minute, arm, facts);
    if (arm !== "shadow" && arm !== "backtest") countCall(own, facts);
    let rest = facts.costPico;
    for (const attempt of attempts) {
      if (attempt.end === "skipped") continue;
      const isOwn = attempt.provider === provider && attempt.model === model;
      this.#countAttempt(isOwn ? own : this.#cellOf(minute, tail, `${attempt.provider}/${attempt.model}`), attempt);
      if (rest !== 0n) rest -= attempt.costPico;
    }
    if (rest > 0n) own.costPico += rest;
  }

  /** Counts what was said of a call, or of a session, at an instant (epoch ms). */
  noteFeedback({ environment, endpoint, release, arm }: FeedbackSubject, item: FeedbackItem, at: number): void {
    const tail = `${environment}\n${endpoint ?? ""}\n${release ?? ""}\n${arm ?? ""}\n\n`;
    countFeedback(this.#cellOf(this.#minuteOf(at), tail, ""), item);
  }

  /** At most `most` cells of what was counted since it was taken last, at most one of each minute and members. */
  take(most: number): readonly SeriesCell[] {
    this.#gather();
    const taken = [...this.#waiting].slice(0, most);
    for (const [key] of taken) this.#waiting.delete(key);
    return taken.map(([, cell]) => cell);
  }

  /** Gives cells up that could not be written. */
  drop(cells: readonly SeriesCell[]): void {
    this.#droppedCells += cells.length;
    this.#droppedCalls += cells.reduce((sum, { tally }) => sum + tally.calls, 0);
  }

  /** What was counted since the process began; `start` is the last minute in which something was. */
  totals(): readonly SeriesCell[] {
    this.#gather();
    return [...this.#totals.values()].flatMap(({ cells }) => [...cells.values()]);
  }

  /** Failed attempts, and nothing else, of totals that are gone. */
  faded(): readonly SeriesCell[] {
    return [...this.#faded.values()];
  }

  /** Lets totals go of releases that nobody has called since an instant (epoch ms). Heard of again they begin at zero. */
  fade(before: number): void {
    this.#gather();
    for (const [key, { heardAt }] of this.#totals) if (heardAt < before) this.#letGo(key);
  }

  counts(): SeriesBookCounts {
    const gathering = [...this.#minutes.values()].reduce((sum, { cells }) => sum + cells.size, 0);
    return {
      waiting: this.#waiting.size + gathering,
      merged: this.#merged,
      droppedCells: this.#droppedCells,
      droppedCalls: this.#droppedCalls,
    };
  }

  #minuteOf(at: number): Minute {
    const { start } = this.#current;
    if (at >= start && at < start + SPAN_MS.minute) return this.#current;
    const begins = Math.floor(at / SPAN_MS.minute) * SPAN_MS.minute;
    this.#current = this.#minutes.get(begins) ?? { start: begins, cells: new Map() };
    this.#minutes.set(begins, this.#current);
    return this.#current;
  }

  /** The cell of a call. Most are counted where the one before was, and comparing is sooner than making a key. */
  #ownOf(minute: Minute, arm: string, facts: CallFacts): Counted {
    const last = this.#last;
    if (last !== null && last.minute === minute && last.arm === arm && isAlike(last.facts, facts)) return last;
    const { environment, endpoint, release, tier, provider, model } = facts;
    const tail = `${environment}\n${endpoint ?? ""}\n${release ?? ""}\n${arm}\n${tier ?? ""}\n`;
    const name = provider === null ? "" : `${provider}/${model ?? ""}`;
    const counted = { tail, tally: this.#cellOf(minute, tail, name) };
    // What finds no cell of its own is counted as merged, each time.
    const members = { environment, endpoint, release, tier, provider, model };
    this.#last = minute.cells.has(tail + name) ? { ...counted, minute, arm, facts: members } : null;
    return counted;
  }

  #cellOf(minute: Minute, tail: string, model: string): OpenTally {
    const key = tail + model;
    return (minute.cells.get(key) ?? this.#open(minute, key)).tally;
  }

  #open({ start, cells }: Minute, key: string): OpenCell {
    const isFull = cells.size >= this.#limits.minuteCells;
    const members = membersOf(key);
    const own = isFull ? otherOf(members.environment) : members;
    if (isFull) this.#merged += 1;
    const ownKey = isFull ? keyOf(own) : key;
    const known = cells.get(ownKey);
    if (known !== undefined) return known;
    const cell = { start, members: own, tally: openTally() };
    cells.set(ownKey, cell);
    return cell;
  }

  #countAttempt(tally: OpenTally, { error, end, usage, costPico }: AttemptRecord): void {
    const errorCode = error === null || end === "abandoned" ? null : error.code;
    countAttempt(tally, { errorCode, usage, costPico });
  }

  /** Moves what was counted into the totals and to what is to be written. */
  #gather(): void {
    const minutes = this.#minutes;
    this.#minutes = new Map();
    this.#current = { start: Number.NaN, cells: new Map() };
    for (const { start, cells } of minutes.values()) {
      for (const [key, cell] of cells) {
        this.#addToTotals(key, cell);
        const waits = `${start}\n${key}`;
        const known = this.#waiting.get(waits);
        if (known === undefined) this.#waiting.set(waits, cell);
        else addTally(known.tally, cell.tally);
      }
    }
    this.#dropOldest();
  }

  #dropOldest(): void {
    if (this.#waiting.size <= this.#limits.waitingCells) return;
    const oldestFirst = [...this.#waiting].toSorted(([, one], [, other]) => one.start - other.start);
    const dropped = oldestFirst.slice(0, this.#waiting.size - this.#limits.waitingCells);
    for (const [key] of dropped) this.#waiting.delete(key);
    this.drop(dropped.map(([, cell]) => cell));
  }

  #addToTotals(key: string, { start, members, tally }: OpenCell): void {
    const name = releaseKey(members);
    const own = this.#totals.get(name) ?? { heardAt: start, cells: new Map<string, OpenCell>() };
    own.heardAt = Math.max(own.heardAt, start);
    const known = own.cells.get(key);
    const total = known ?? { start, members, tally: openTally() };
    total.start = start;
    addTally(total.tally, tally);
    if (known === undefined) {
      own.cells.set(key, total);
      this.#totalCells += 1;
    }
    this.#totals.delete(name);
    this.#totals.set(name, own);
    for (const oldest of this.#totals.keys()) {
      if (this.#totalCells <= this.#limits.totalCells || oldest === name) break;
      this.#letGo(oldest);
    }
  }

  #letGo(name: string): void {
    const cells = this.#totals.get(name)?.cells ?? new Map<string, OpenCell>();
    this.#totals.delete(name);
    this.#totalCells -= cells.size;
    for (const { start, members, tally } of cells.values()) {
      const { environment, model } = members;
      const key = `${environment}\n${model}`;
      if (Object.keys(tally.attemptErrors).length === 0) continue;
      const nobody = { environment, endpoint: "", release: "", arm: "", tier: "", model };
      const kept = this.#faded.get(key) ?? { start, members: nobody, tally: openTally() };
      this.#faded.set(key, kept);
      addTally(kept.tally, { ...openTally(), attemptErrors: tally.attemptErrors });
    }
  }
}

const releaseKey = ({ environment, endpoint, release }: SeriesMembers): string =>
  `${environment}\n${endpoint}\n${release}`;

const keyOf = ({ environment, endpoint, release, arm, tier, model }: SeriesMembers): string =>
  `${environment}\n${endpoint}\n${release}\n${arm}\n${tier}\n${model}`;

/** The members in a key. No name but a model's can hold a line's end, and the model stands last. */
function membersOf(key: string): SeriesMembers {
  const [environment = "", endpoint = "", release = "", arm = "", tier = "", ...model] = key.split("\n");
  return { environment, endpoint, release, arm, tier, model: model.join("\n") };
}

const otherOf = (environment: string): SeriesMembers => ({
  environment,
  endpoint: OTHER,
  release: OTHER,
  arm: "",
  tier: "",
  model: OTHER,
});
