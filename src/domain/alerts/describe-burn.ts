import { formatDuration } from "../../kit/duration.ts";
import type { SloIndicator } from "../slo/slo.ts";
import type { AlertCondition, AlertRule } from "./alert-rule.ts";
import { formatValue } from "./format-value.ts";
import type { AlertReading } from "./signal.ts";

type Burning = Extract<AlertCondition, { readonly type: "burn" }>;
type Counted = Exclude<SloIndicator, { readonly type: "spend" }>;

/** What a bad one does, of one of them, of many, and of many that did. */
interface BadWords {
  readonly what: string;
  readonly one: string;
  readonly many: string;
  readonly did: string;
}

/** How often a share is told as one of so many, at most, and how far from that it may be. */
const MOST_OF = 20;
const NEAR = 0.1;

/** What is wrong, without the number of any moment: `faq: more than 8.4 % of calls fail (99 % promised)`. */
export const burnTrouble = (condition: Burning, subject: string): string =>
  `${subject}: ${limitWords(condition, "many")} (${promiseOf(condition)})`;

/** The same of what is over: `faq: more than 8.4 % of calls failed (99 % promised)`. */
export const burnOver = (condition: Burning, subject: string): string =>
  `${subject}: ${limitWords(condition, "did")} (${promiseOf(condition)})`;

/** What it was at its worst, as people think of it: `12.6 %` of calls, or `3.2 times` the money. */
export function burnValue({ level: { indicator, objective } }: Burning, rate: number): string {
  if (indicator.type === "spend") return `${formatValue("slo", rate)} times`;
  return shareText(Math.min(1, rate * (1 - objective)));
}

/**
 * What calls come to now: `faq: 1 of 8 calls fails (99 % promised): 12.5 % in 5 min, 9.6 % in 60 min. The budget of faq-answers
 * burns 12.5 and 9.6 times as fast as it may, told from 8.4.`
 */
export function describeBurn(
  { signal, condition }: Pick<AlertRule, "signal"> & { readonly condition: Burning },
  subject: string,
  { value, short, bound, note, worst }: AlertReading,
): string {
  const rate = value ?? 0;
  const quick = short ?? rate;
  const long = formatDuration(signal.windowMs);
  const told = [
    ...(short === undefined ? [] : [`${burnValue(condition, quick)} in ${formatDuration(condition.shortMs)}`]),
    `${burnValue(condition, rate)} in ${long}`,
    ...(worst === undefined || worst.value <= rate ? [] : [`${burnValue(condition, worst.value)} at worst`]),
  ];
  const rates =
    short === undefined ? formatValue("slo", rate) : `${formatValue("slo", quick)} and ${formatValue("slo", rate)}`;
  const more = short === undefined && note !== undefined ? `; ${note}` : "";
  return `${subject}: ${nowWords(condition, quick)} (${promiseOf(condition)}): ${told.join(", ")}. The budget of ${condition.slo} burns ${rates} times as fast as it may, told from ${formatValue("slo", bound)}${more}.`;
}

function nowWords({ level: { indicator, objective } }: Burning, rate: number): string {
  if (indicator.type === "spend") return `costs ${formatValue("slo", rate)} times as much as planned`;
  const share = Math.min(1, rate * (1 - objective));
  const { what, one, many } = badWords(indicator);
  const of = share === 0 ? 0 : Math.round(1 / share);
  const isNear = of >= 2 && of <= MOST_OF && Math.abs(1 / of - share) <= NEAR * share;
  return isNear ? `1 of ${of} ${what} ${one}` : `${shareText(share)} of ${what} ${many}`;
}

function limitWords({ factor, level: { indicator, objective } }: Burning, tense: "many" | "did"): string {
  if (indicator.type === "spend") {
    const verb = tense === "did" ? "cost" : "costs";
    return factor === 1
      ? `${verb} more than planned`
      : `${verb} more than ${formatValue("slo", factor)} times as much as planned`;
  }
  const words = badWords(indicator);
  return `more than ${shareText(Math.min(1, factor * (1 - objective)))} of ${words.what} ${words[tense]}`;
}

function badWords(indicator: Counted): BadWords {
  switch (indicator.type) {
    case "latency": {
      const than = `longer than ${formatDuration(indicator.belowMs)}`;
      return { what: "answers", one: `takes ${than}`, many: `take ${than}`, did: `took ${than}` };
    }
    case "first-token": {
      const than = `longer than ${formatDuration(indicator.belowMs)} to begin`;
      return { what: "answers", one: `takes ${than}`, many: `take ${than}`, did: `took ${than}` };
    }
    case "quality": {
      const than = `below ${indicator.atLeast}`;
      return { what: "judged answers", one: `scores ${than}`, many: `score ${than}`, did: `scored ${than}` };
    }
    default:
      return { what: "calls", one: "fails", many: "fail", did: "failed" };
  }
}

const promiseOf = ({ level: { indicator, objective, periodMs } }: Burning): string =>
  indicator.type === "spend"
    ? `${formatValue("cost-per-minute", indicator.atMostPico)} in ${formatDuration(periodMs)}`
    : `${Number((100 * objective).toFixed(4))} % promised`;

const shareText = (share: number): string => formatValue("error-share", share);
