import type { MetricReading } from "../evidence/evidence.ts";
import type { CommonMetricName, MetricName } from "./plan.ts";

/** How a metric is spoken of. */
interface Words {
  readonly name: string;
  readonly verb: "is" | "are";
  /** Stands for the metric of the stable release: "9.8 times those of stable". */
  readonly pronoun: "that" | "those";
}

const WORDS: Readonly<Record<CommonMetricName, Words>> = {
  errors: { name: "errors", verb: "are", pronoun: "those" },
  refusals: { name: "refusals", verb: "are", pronoun: "those" },
  "invalid-output": { name: "invalid answers", verb: "are", pronoun: "those" },
  "tool-failures": { name: "tool failures", verb: "are", pronoun: "those" },
  abandoned: { name: "abandoned sessions", verb: "are", pronoun: "those" },
  latency: { name: "latency", verb: "is", pronoun: "that" },
  "latency-tail": { name: "slow answers", verb: "are", pronoun: "those" },
  "first-token": { name: "time to the first token", verb: "is", pronoun: "that" },
  "tokens-per-second": { name: "tokens per second", verb: "are", pronoun: "those" },
  cost: { name: "cost", verb: "is", pronoun: "that" },
  "cost-tail": { name: "dear sessions", verb: "are", pronoun: "those" },
  thumbs: { name: "thumbs-downs", verb: "are", pronoun: "those" },
  problems: { name: "reported problems", verb: "are", pronoun: "those" },
  judge: { name: "the judge's score", verb: "is", pronoun: "that" },
};

/** How a metric is spoken of; one of the application's own by what stands after the colon. */
function wordsOf(metric: string): Words {
  if (Object.hasOwn(WORDS, metric)) return WORDS[metric as CommonMetricName];
  return { name: metric.slice(metric.indexOf(":") + 1), verb: "is", pronoun: "that" };
}

/** "errors are 9.8 times those of stable (10.3 % against 1.1 %)", as far as the reading can tell. */
export function describeEffect(metric: MetricName, reading: MetricReading | undefined): string {
  const { name, verb, pronoun } = wordsOf(metric);
  const ratio = reading?.effect?.ratio;
  const size = ratio === undefined ? `worse than ${pronoun} of stable` : `${round(ratio)} times ${pronoun} of stable`;
  const values = describeValues(reading);
  return `${name} ${verb} ${size}${values === null ? "" : ` (${values})`}`;
}

/**
 * "0.81 times" what it is with stable, as sessions of the same time compare; the plain values where no effect is known, `null`
 * where nothing is. The values themselves are of different times: a rollout sends most of its candidates late.
 */
export function describeRatio(reading: MetricReading | undefined): string | null {
  const ratio = reading?.effect?.ratio;
  return ratio === undefined ? describeValues(reading) : `${round(ratio)} times`;
}

/** "10.3 % against 1.1 %": candidate against stable; `null` when one of them is missing. */
export function describeValues(reading: MetricReading | undefined): string | null {
  if (reading === undefined) return null;
  const { candidate, stable } = reading.value;
  if (candidate === null || stable === null) return null;
  return `${formatValue(candidate, reading.unit)} against ${formatValue(stable, reading.unit)}`;
}

/** "errors, latency and cost". */
export const listMetrics = (metrics: readonly MetricName[]): string =>
  listWords(metrics.map((metric) => wordsOf(metric).name));

/** "is" or "are", as the list of metrics wants it. */
export const verbFor = (metrics: readonly MetricName[]): "is" | "are" => {
  const [only, ...others] = metrics;
  return only === undefined || others.length > 0 ? "are" : wordsOf(only).verb;
};

/** "a, b and c". */
export function listWords(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** A number for a sentence: "9.8", "1.04", "1,240". */
const round = (value: number): string => value.toLocaleString("en-US", { maximumSignificantDigits: value < 2 ? 3 : 2 });

function formatValue(value: number, unit: MetricReading["unit"]): string {
  if (unit === "share") return `${(value * 100).toFixed(1)} %`;
  if (unit === "score") return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
  if (unit === "value") return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
  if (unit === "tokens/s") return `${round(value)} tokens/s`;
  if (unit === "usd") return `$${value.toLocaleString("en-US", { maximumSignificantDigits: 3 })}`;
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(2)} s`;
}

/** A weight for a sentence: "5 %", "0.5 %". */
export const formatShare = (share: number): string =>
  `${(share * 100).toLocaleString("en-US", { maximumSignificantDigits: 3 })} %`;
