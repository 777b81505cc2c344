import type { CallFacts } from "../call/call-record.ts";
import type { FeedbackItem } from "../feedback/feedback.ts";
import type { TokenUsage } from "../money/price.ts";
import { TOKEN_CLASSES } from "../spend/spend.ts";
import type { TokenClass } from "../spend/spend.ts";
import { refuserName } from "../limits/refused-by.ts";
import { isFault } from "./is-fault.ts";
import { addInto, countDuration, openHistogram } from "./histogram.ts";
import type { Histogram, OpenHistogram } from "./histogram.ts";
import type { SeriesTally, ValueSum } from "./series-cell.ts";

/** A tally that is being filled. */
export interface OpenTally extends SeriesTally {
  calls: number;
  failed: number;
  faults: number;
  abandoned: number;
  streams: number;
  readonly errors: Record<string, number>;
  readonly sharedRefusals: Record<string, number>;
  readonly latency: OpenHistogram;
  readonly firstToken: OpenHistogram;
  attempts: number;
  readonly attemptErrors: Record<string, number>;
  readonly tokens: Record<TokenClass, number>;
  costPico: bigint;
  thumbsUp: number;
  thumbsDown: number;
  problems: number;
  corrections: number;
  readonly scores: { count: number; sumMicro: number };
  readonly judged: { count: number; sumMicro: number };
  readonly judgedBy: number[];
}

/** A tally of nothing, to be filled. */
export const openTally = (): OpenTally => ({
  calls: 0,
  failed: 0,
  faults: 0,
  abandoned: 0,
  streams: 0,
  errors: {},
  sharedRefusals: {},
  latency: openHistogram(),
  firstToken: openHistogram(),
  attempts: 0,
  attemptErrors: {},
  tokens: { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
  costPico: 0n,
  thumbsUp: 0,
  thumbsDown: 0,
  problems: 0,
  corrections: 0,
  scores: { count: 0, sumMicro: 0 },
  judged: { count: 0, sumMicro: 0 },
  judgedBy: [],
});

/** Counts a call, without its attempts and their cost. */
export function countCall(tally: OpenTally, facts: CallFacts): void {
  const { outcome, errorCode, totalMs, firstTokenMs, stream, refusedBy } = facts;
  tally.calls += 1;
  if (stream) tally.streams += 1;
  if (outcome === "ok") {
    countDuration(tally.latency, totalMs);
    if (stream && firstTokenMs !== null) countDuration(tally.firstToken, firstTokenMs);
    return;
  }
  if (outcome === "abandoned") {
    tally.abandoned += 1;
    return;
  }
  tally.failed += 1;
  const code = errorCode ?? "internal";
  const isOurs = isFault(code);
  if (isOurs) tally.faults += 1;
  countOne(tally.errors, code);
  // What is a fault already is not counted twice.
  if (!isOurs && refusedBy?.isShared === true) countOne(tally.sharedRefusals, refuserName(refusedBy));
}

/** What one attempt at a model came to. */
export interface AttemptCount {
  readonly errorCode: string | null;
  readonly usage: TokenUsage | null;
  readonly costPico: bigint;
}

/** Counts an attempt. */
export function countAttempt(tally: OpenTally, { errorCode, usage, costPico }: AttemptCount): void {
  tally.attempts += 1;
  if (errorCode !== null) countOne(tally.attemptErrors, errorCode);
  if (usage !== null) for (const each of TOKEN_CLASSES) tally.tokens[each] += usage[each];
  if (costPico !== 0n) tally.costPico += costPico;
}

/** Counts what was said of a call. What an application measures (`metric`) has no common scale and is not counted. */
export function countFeedback(tally: OpenTally, item: FeedbackItem): void {
  if (item.kind === "thumbs" && item.up) tally.thumbsUp += 1;
  else if (item.kind === "thumbs") tally.thumbsDown += 1;
  else if (item.kind === "problem") tally.problems += 1;
  else if (item.kind === "correction") tally.corrections += 1;
  else if (item.kind === "score") {
    const sum = item.judge === null ? tally.scores : tally.judged;
    sum.count += 1;
    sum.sumMicro += Math.round(item.value * 1_000_000);
    if (item.judge !== null) addLists(tally.judgedBy, [...Array.from({ length: twentieth(item.value) }, () => 0), 1]);
  }
}

/** Adds a tally to another. */
export const addTally = (into: OpenTally, more: SeriesTally): void => combine(into, more, 1);

/** Takes a tally away from one that it was added to. */
export const subtractTally = (from: OpenTally, less: SeriesTally): void => combine(from, less, -1);

function combine(into: OpenTally, more: SeriesTally, sign: 1 | -1): void {
  into.calls += sign * more.calls;
  into.failed += sign * more.failed;
  into.faults += sign * more.faults;
  into.abandoned += sign * more.abandoned;
  into.streams += sign * more.streams;
  addCounts(into.errors, more.errors, sign);
  addCounts(into.sharedRefusals, more.sharedRefusals, sign);
  addInto(into.latency, more.latency, sign);
  addInto(into.firstToken, more.firstToken, sign);
  into.attempts += sign * more.attempts;
  addCounts(into.attemptErrors, more.attemptErrors, sign);
  for (const each of TOKEN_CLASSES) into.tokens[each] += sign * more.tokens[each];
  into.costPico += sign === 1 ? more.costPico : -more.costPico;
  into.thumbsUp += sign * more.thumbsUp;
  into.thumbsDown += sign * more.thumbsDown;
  into.problems += sign * more.problems;
  into.corrections += sign * more.corrections;
  addValues(into.scores, more.scores, sign);
  addValues(into.judged, more.judged, sign);
  addLists(into.judgedBy, more.judgedBy, sign);
}

/** A tally that says the same in the same words: buckets up to the last that holds something, codes in order. */
export const plainTally = (tally: SeriesTally): SeriesTally => ({
  ...tally,
  errors: inOrder(tally.errors),
  sharedRefusals: inOrder(tally.sharedRefusals),
  attemptErrors: inOrder(tally.attemptErrors),
  latency: trimmed(tally.latency),
  firstToken: trimmed(tally.firstToken),
  judgedBy: withoutZeros(tally.judgedBy),
});

const inOrder = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const trimmed = ({ counts, sumMicros }: Histogram): Histogram => ({
  counts: withoutZeros(counts),
  sumMicros,
});

const withoutZeros = (counts: readonly number[]): readonly number[] =>
  counts.slice(0, counts.findLastIndex((count) => count !== 0) + 1);

const TWENTIETHS = 20;

/** Of whole hundredths of a thousandth: 0.15 times 20 is a little less than 3. */
const twentieth = (score: number): number => Math.floor((Math.round(score * 1e6) * TWENTIETHS) / 1e6);

function addLists(into: number[], more: readonly number[], sign = 1): void {
  for (let place = 0; place < more.length; place += 1) into[place] = (into[place] ?? 0) + sign * (more[place] ?? 0);
}

function countOne(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function addCounts(into: Record<string, number>, more: Readonly<Record<string, number>>, sign: number): void {
  for (const name in more) into[name] = (into[name] ?? 0) + sign * (more[name] ?? 0);
}

function addValues(into: { count: number; sumMicro: number }, more: ValueSum, sign: number): void {
  into.count += sign * more.count;
  into.sumMicro += sign * more.sumMicro;
}
