import { formatDuration } from "../../kit/duration.ts";
import type { AlertRule } from "./alert-rule.ts";
import { formatValue } from "./format-value.ts";
import type { SignalName } from "./signal.ts";

type Threshold = Extract<AlertRule["condition"], { readonly type: "threshold" }>;

/** What is so while a signal that only knows yes and no says yes. */
const YES: { readonly [S in SignalName]?: string } = {
  "user-too-dear": "an hour of a user costs far more than the same hour of previous days",
  "tenant-too-dear": "an hour of a tenant costs far more than the same hour of previous days",
  "provider-trouble": "the breaker of a model is open",
  "rollout-held": "a rollout is held",
  "rollout-rolled-back": "a rollout was rolled back within the last hour",
  paused: "calls are stopped",
  "telemetry-trouble": "Rollward cannot write what it records, or a notifier takes nothing",
  outside: "another system says so",
};

/** What a number is about, where it is compared with what is usual. */
const WHAT: { readonly [S in SignalName]?: string } = {
  "error-share": "the share of calls that failed",
  "refusal-share": "the share of calls whose content the provider refused",
  "over-limit-share": "the share of calls that a shared budget or limit refused",
  latency: "the time to the whole answer",
  "first-token": "the time to the first token",
  "cost-per-minute": "the cost",
  "calls-per-minute": "the number of calls",
  quality: "the judged quality",
  feedback: "the share of thumbs that are up",
};

/** What a rule watches, as a clause for people: `more than 25 % of calls failed in 5 min, for 1 min`. */
export function describeRule(rule: AlertRule): string {
  const { endpoints, forMs, signal } = rule;
  const arm = signal.arm === undefined ? "" : ` (${signal.arm})`;
  const where = endpoints === null ? "" : `, on ${endpoints.join(", ")}`;
  const lasting = forMs > 0 ? `, for ${formatDuration(forMs)}` : "";
  return `${conditionWords(rule)}${arm}${lasting}${where}`;
}

function conditionWords({ signal, condition }: AlertRule): string {
  const over = formatDuration(signal.windowMs);
  switch (condition.type) {
    case "burn": {
      const { factor } = condition;
      const speed =
        factor === 1 ? "faster than it may" : `more than ${Number(factor.toPrecision(3))} times as fast as it may`;
      return `the budget of ${condition.slo} burns ${speed}, over ${over} and over ${formatDuration(condition.shortMs)}`;
    }
    case "baseline": {
      const { op, z, ratio, days } = condition;
      const far = op === "above" ? `at least ${ratio} times as much as` : `at most 1/${ratio} of what it was in`;
      return `${WHAT[signal.name] ?? signal.name}${quantileWords(signal)} of ${over} is ${far} ${op === "above" ? "in " : ""}the same hour of ${days} days, and stands out by a robust z-score of ${z}`;
    }
    default:
      return YES[signal.name] ?? thresholdWords({ signal }, condition);
  }
}

function thresholdWords({ signal }: Pick<AlertRule, "signal">, { op, bound }: Threshold): string {
  const { name, windowMs, code } = signal;
  const value = formatValue(name, bound);
  const share = `${op === "above" ? "more" : "less"} than ${value}`;
  const number = `${op === "above" ? "more" : "fewer"} than ${value}`;
  const within = ` in ${formatDuration(windowMs)}`;
  switch (name) {
    case "error-share":
      return `${share} of calls failed${code === undefined ? "" : ` with ${code}`}${within}`;
    case "refusal-share":
      return `the provider refused the content of ${share} of calls${within}`;
    case "over-limit-share":
      return `a budget or limit that all callers share refused ${share} of calls${within}`;
    case "latency":
      return `the whole answer takes ${op === "above" ? "longer" : "less"} than ${value}${quantileWords(signal)}${within}`;
    case "first-token":
      return `the first token takes ${op === "above" ? "longer" : "less"} than ${value}${quantileWords(signal)}${within}`;
    case "cost-per-minute":
      return `calls cost ${share} a minute${within}`;
    case "calls-per-minute":
      return `${number} calls a minute${within}`;
    case "feedback":
      return `${share} of thumbs are up${within}`;
    case "quality":
      return `the judged quality is ${op} ${value}${within}`;
    case "queue-age":
      return `a call has waited ${op === "above" ? "longer" : "less"} than ${value}`;
    case "queue-depth":
      return `${number} calls wait`;
    case "drops":
      return bound === 0
        ? "records of calls were dropped"
        : `${number} records of calls were dropped within five minutes`;
    case "budget-share":
      return `${share} of a budget is spent`;
    case "budget-forecast":
      return `the day or month of a budget is forecast to come to ${share} of its amount`;
    default:
      return `${name} is ${op} ${value}`;
  }
}

const quantileWords = ({ quantile }: AlertRule["signal"]): string =>
  quantile === undefined ? "" : ` (p${Number((quantile * 100).toPrecision(4))})`;
