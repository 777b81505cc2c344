import type { AgedNeed, ToldLimit } from "../../domain/limits/learned/key-quota.ts";
import { MOST_LIMITS, MOST_TRUST_MS } from "../../domain/limits/learned/learned-limit.ts";
import type { LearnedLimit } from "../../domain/limits/learned/learned-limit.ts";
import type { KeyName, LimitNews } from "../../ports/limit-board.ts";

/** Longest text that is read, characters: sixteen limits and a hundred steps of calls take less than 9,000. */
const LONGEST = 16_384;
const LONGEST_ID = 48;
/** Steps of calls under way that are told. */
const MOST_STEPS = 100;

const UNITS: ReadonlySet<unknown> = new Set(["requests", "tokens", "input-tokens", "output-tokens"]);
const REFILLS: ReadonlySet<unknown> = new Set(["evenly", "at-once", "unsaid"]);

/** What changes of a key from one telling to the next. */
type Told = Pick<LimitNews, "limits" | "underWay">;

/** Limits and calls under way as a short text. */
export const newsText = ({ limits, underWay }: Told): string =>
  JSON.stringify([limits.map(limitRow), underWay.slice(-MOST_STEPS).map(callsRow)]);

const limitRow = ({ told, sentAgoMs, seenAgoMs }: ToldLimit): readonly unknown[] => [
  told.id,
  told.unit,
  told.limit,
  told.remaining,
  Math.round(told.resetMs),
  told.stepMs,
  told.isGuessed,
  told.refill,
  Math.round(sentAgoMs),
  Math.round(seenAgoMs),
];

const callsRow = ({ agoMs, need }: AgedNeed): readonly unknown[] => [
  Math.round(agoMs),
  need.requests,
  need.tokens,
  need["input-tokens"],
  need["output-tokens"],
];

const NOTHING: Told = { limits: [], underWay: [] };

/** Reads such a text, which is `ageMs` old; whatever does not look like what it should be is left out. Never throws. */
export function newsIn(text: string, ageMs: number): Told {
  const both = text.length > LONGEST ? null : parsed(text);
  if (!Array.isArray(both)) return NOTHING;
  const [limits, calls] = both as unknown[];
  return {
    limits: rowsIn(limits, MOST_LIMITS).flatMap((row) => limitIn(row, ageMs) ?? []),
    underWay: rowsIn(calls, MOST_STEPS).flatMap((row) => callsIn(row, ageMs) ?? []),
  };
}

const rowsIn = (list: unknown, most: number): readonly unknown[][] =>
  Array.isArray(list) ? list.slice(0, most).filter((row): row is unknown[] => Array.isArray(row)) : [];

function limitIn(row: readonly unknown[], ageMs: number): ToldLimit | null {
  const [id, unit, limit, remaining, resetMs, stepMs, isGuessed, refill, sentAgoMs, seenAgoMs] = row;
  const isGood =
    typeof id === "string" &&
    id.length <= LONGEST_ID &&
    UNITS.has(unit) &&
    (limit === null || isCount(limit)) &&
    [remaining, resetMs, stepMs, sentAgoMs, seenAgoMs].every(isCount) &&
    typeof isGuessed === "boolean" &&
    REFILLS.has(refill);
  if (!isGood) return null;
  const told = { id, unit, limit, remaining, stepMs, isGuessed, refill } as Omit<LearnedLimit, "resetMs">;
  return {
    told: { ...told, resetMs: Math.min(MOST_TRUST_MS, resetMs as number) },
    sentAgoMs: (sentAgoMs as number) + ageMs,
    seenAgoMs: (seenAgoMs as number) + ageMs,
  };
}

function callsIn(row: readonly unknown[], ageMs: number): AgedNeed | null {
  const counts = row.slice(0, 5);
  if (counts.length < 5 || !counts.every(isCount)) return null;
  const [agoMs = 0, requests = 0, tokens = 0, input = 0, output = 0] = counts as number[];
  return { agoMs: agoMs + ageMs, need: { requests, tokens, "input-tokens": input, "output-tokens": output } };
}

const isCount = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A key's name as a text: no name of a provider and no digest has a slash. */
export const nameText = ({ provider, model, key }: KeyName): string => `${provider}/${model}/${key}`;

/** Reads such a text; `null` for any other. */
export function nameIn(text: string): KeyName | null {
  const first = text.indexOf("/");
  const last = text.lastIndexOf("/");
  if (first < 1 || last <= first) return null;
  return { provider: text.slice(0, first), model: text.slice(first + 1, last), key: text.slice(last + 1) };
}
