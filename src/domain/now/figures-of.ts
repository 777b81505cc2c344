import { countOf, quantileOf } from "../series/histogram.ts";
import type { SeriesTally } from "../series/series-cell.ts";

/** A number that a person on call looks at. */
export type FigureName = "errors" | "first-token" | "cost" | "quality";

/** What calls came to in a time of so many ms. */
export interface TalliedTime {
  readonly tally: SeriesTally | null;
  readonly windowMs: number;
}

/** A number with what it rests on; `null` is no data, never 0. */
export interface Reading {
  readonly value: number | null;
  readonly n: number;
}

/** One number against what is usual. */
export interface Figure extends Reading {
  readonly figure: FigureName;
  readonly label: string;
  readonly unit: "share" | "ms" | "usd/min" | "score";
  readonly better: "lower" | "higher";
  readonly windowMs: number;
  readonly usual: Reading;
  /** Of errors: calls among n that a budget or limit has refused, which count as no error. */
  readonly refused?: number;
}

/** What figures are read from. */
export interface FigureTerms {
  /** The newest minutes, an hour, and what is usual. */
  readonly recent: TalliedTime;
  readonly hour: TalliedTime;
  readonly usual: TalliedTime;
}

/** A score takes longer to come together than calls do: with fewer in the newest minutes the hour is told. */
const LEAST_SCORES = 5;
/** Codes of calls that a budget or limit has refused. */
const REFUSALS = ["budget_spent", "budget_held", "rate_limited"] as const;
const PICO_PER_USD = 1e12;
const MINUTE_MS = 60_000;

/** The four numbers of an environment or an endpoint. Users' word stands in where no judge has looked. */
export function figuresOf({ recent, hour, usual }: FigureTerms): readonly Figure[] {
  const read = (time: TalliedTime, of: (tally: SeriesTally, ms: number) => Reading): Reading =>
    time.tally === null ? NOTHING : of(time.tally, time.windowMs);
  const told = (of: (tally: SeriesTally, ms: number) => Reading, from: TalliedTime = recent) => ({
    ...read(from, of),
    windowMs: from.windowMs,
    usual: read(usual, of),
  });
  const refused = recent.tally === null ? 0 : refusedIn(recent.tally);
  const quality = read(recent, qualityIn).n >= LEAST_SCORES ? recent : hour;
  return [
    {
      figure: "errors",
      label: "Error rate",
      unit: "share",
      better: "lower",
      ...told(errorsIn),
      ...(refused > 0 && { refused }),
    },
    { figure: "first-token", label: "First token, p95", unit: "ms", better: "lower", ...told(firstTokenIn) },
    { figure: "cost", label: "Cost per minute", unit: "usd/min", better: "lower", ...told(costIn) },
    { figure: "quality", label: "Quality", unit: "score", better: "higher", ...told(qualityIn, quality) },
  ];
}

const NOTHING: Reading = { value: null, n: 0 };

const errorsIn = ({ calls, faults }: SeriesTally): Reading =>
  calls === 0 ? NOTHING : { value: faults / calls, n: calls };

const refusedIn = ({ errors }: SeriesTally): number => REFUSALS.reduce((sum, code) => sum + (errors[code] ?? 0), 0);

function firstTokenIn({ firstToken }: SeriesTally): Reading {
  const quantile = quantileOf(firstToken, 0.95);
  return quantile === null ? NOTHING : { value: quantile.ms, n: countOf(firstToken) };
}

const costIn = ({ costPico, calls }: SeriesTally, windowMs: number): Reading =>
  calls === 0 ? NOTHING : { value: Number(costPico) / PICO_PER_USD / (windowMs / MINUTE_MS), n: calls };

function qualityIn({ judged, scores, thumbsUp, thumbsDown }: SeriesTally): Reading {
  const best = judged.count > 0 ? judged : scores;
  if (best.count > 0) return { value: best.sumMicro / best.count / 1_000_000, n: best.count };
  const thumbs = thumbsUp + thumbsDown;
  return thumbs === 0 ? NOTHING : { value: thumbsUp / thumbs, n: thumbs };
}
