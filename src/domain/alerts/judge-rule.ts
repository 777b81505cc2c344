import { worstRefuser } from "../limits/refused-by.ts";
import { burnOf, countFor } from "../slo/burn.ts";
import { HOUR_MS } from "../spend/spend-book.ts";
import type { AlertRule } from "./alert-rule.ts";
import { describeReading } from "./describe-reading.ts";
import { isOfCalls, readSignal } from "./read-signal.ts";
import { robustScore } from "./robust-z.ts";
import type { RuleFacts } from "./rule-facts.ts";
import type { AlertReading, SightedSignalName } from "./signal.ts";

/** What a rule finds about one subject at one time. */
export interface Finding {
  /** What it is about beside the environment, by name; empty is the environment as a whole. */
  readonly subject: Readonly<Record<string, string>>;
  /** `null`: no numbers, or too few. */
  readonly isBad: boolean | null;
  /** Whether that it is bad keeps alive an alert that fires, and begins none. */
  readonly onlyLasts?: boolean;
  readonly reading: AlertReading | null;
  readonly summary: string;
}

/** What moves about its bound for days is over only at this part of it: it would be told again and again. */
const OVER_AT: { readonly [S in SightedSignalName]?: number } = { "budget-forecast": 0.95 };

/** A baseline of fewer days says nothing of what is usual. */
export const LEAST_DAYS = 3;

/** What a rule finds, one finding for each subject that it is about. */
export function judgeRule(rule: AlertRule, facts: RuleFacts): readonly Finding[] {
  const { name } = rule.signal;
  if (!isOfCalls(name)) return judgeSights(rule, facts, name);
  const endpoints = rule.endpoints ?? facts.endpoints;
  return endpoints.map((endpoint) => {
    const { isBad, reading } = judgeCalls(rule, facts, endpoint);
    const subject = { endpoint };
    return { subject, isBad, reading, summary: describeReading(rule, subject, reading) };
  });
}

type Judged = Pick<Finding, "isBad" | "reading">;

function judgeCalls(rule: AlertRule, facts: RuleFacts, endpoint: string): Judged {
  switch (rule.condition.type) {
    case "threshold":
      return judgeThreshold(rule, facts, { endpoint, ...rule.condition });
    case "baseline":
      return judgeBaseline(rule, facts, { endpoint, ...rule.condition });
    default:
      return judgeBurn(rule, facts, { endpoint, ...rule.condition });
  }
}

type On<T> = { readonly endpoint: string } & Extract<AlertRule["condition"], { type: T }>;

function judgeThreshold(rule: AlertRule, facts: RuleFacts, { endpoint, op, bound }: On<"threshold">): Judged {
  const { signal } = rule;
  const tally = facts.tally(endpoint, signal.windowMs, signal.arm);
  const { value, count } = readSignal(signal, tally, signal.windowMs);
  if (value === null || count < rule.leastCount) return unknown(value, count, bound);
  const isBad = isBeyond(op, value, bound);
  const refuser = signal.name === "over-limit-share" && tally !== undefined ? worstRefuser(tally) : null;
  const note = isBad ? (refuser ?? costNoteOf(rule, facts, endpoint)) : undefined;
  return { isBad, reading: { value, count, bound, ...(note !== undefined && { note: note.slice(0, MOST_NOTE) }) } };
}

function judgeBaseline(rule: AlertRule, facts: RuleFacts, { endpoint, op, z, ratio, days }: On<"baseline">): Judged {
  const { signal } = rule;
  const { value, count } = readSignal(signal, facts.tally(endpoint, signal.windowMs, signal.arm), signal.windowMs);
  const history = facts
    .sameHours(endpoint, days, signal.arm)
    .flatMap((tally) => readSignal(signal, tally, HOUR_MS).value ?? []);
  const score = value === null ? null : robustScore(value, history);
  if (value === null || score === null || history.length < LEAST_DAYS || count < rule.leastCount) {
    return unknown(value, count, score?.median ?? 0);
  }
  const isFar =
    op === "above" ? score.z >= z && value >= score.median * ratio : -score.z >= z && value * ratio <= score.median;
  const why = isFar ? costNoteOf(rule, facts, endpoint) : undefined;
  const note = `robust z ${shortZ(score.z)} of ${history.length} days${why === undefined ? "" : `; ${why}`}`;
  return { isBad: isFar, reading: { value, count, bound: score.median, note: note.slice(0, MOST_NOTE) } };
}

/** Longest note, characters. */
const MOST_NOTE = 300;

const costNoteOf = ({ signal }: AlertRule, facts: RuleFacts, endpoint: string): string | undefined =>
  signal.name === "cost-per-minute" ? facts.costNote?.(endpoint) : undefined;

function judgeBurn(rule: AlertRule, facts: RuleFacts, { endpoint, slo: name, factor, shortMs }: On<"burn">): Judged {
  const slo = facts.slo(name);
  if (slo === undefined) return { isBad: false, reading: null };
  const { windowMs } = rule.signal;
  const [long, short] = [facts.tally(endpoint, windowMs), facts.tally(endpoint, shortMs)];
  const slow = burnOf(slo, long, windowMs);
  const quick = burnOf(slo, short, shortMs);
  const { total } = countFor(slo.indicator, long);
  if (slow.rate === null || total < rule.leastCount) return unknown(slow.rate, total, factor);
  // Nothing in the short window: it does not burn at the moment.
  const quickRate = quick.rate ?? 0;
  const note = `${shortZ(quickRate)} times in the short window`;
  return {
    isBad: slow.rate > factor && quickRate > factor,
    reading: { value: slow.rate, count: total, bound: factor, short: quickRate, note },
  };
}

const unknown = (value: number | null, count: number, bound: number): Judged => ({
  isBad: null,
  reading: value === null ? null : { value, count, bound, note: "too few to judge" },
});

const isBeyond = (op: "above" | "below", value: number, bound: number): boolean =>
  op === "above" ? value > bound : value < bound;

const shortZ = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : "beyond measure");

function judgeSights(rule: AlertRule, facts: RuleFacts, name: SightedSignalName): readonly Finding[] {
  const sights = facts.sights(name);
  const { condition } = rule;
  if (condition.type !== "threshold") return [];
  if (sights === null) {
    return [{ subject: {}, isBad: null, reading: null, summary: describeReading(rule, {}, null) }];
  }
  return sights
    .filter(({ subject }) => isAbout(rule, subject["endpoint"]))
    .map(({ subject, value, note, onlyLasts }) => {
      const reading: AlertReading = { value, count: 1, bound: condition.bound, ...(note !== undefined && { note }) };
      const isBegun = isBeyond(condition.op, value, condition.bound);
      const isBad = isBegun || isBeyond(condition.op, value, condition.bound * (OVER_AT[name] ?? 1));
      const lasts = isBad && (!isBegun || onlyLasts === true);
      const summary = describeReading(rule, subject, reading);
      return { subject, isBad, reading, summary, ...(lasts && { onlyLasts: true }) };
    });
}

const isAbout = ({ endpoints }: AlertRule, endpoint: string | undefined): boolean =>
  endpoints === null || (endpoint !== undefined && endpoints.includes(endpoint));
