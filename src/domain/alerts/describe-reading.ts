import { formatDuration } from "../../kit/duration.ts";
import type { AlertRule } from "./alert-rule.ts";
import { describeBurn } from "./describe-burn.ts";
import { figures, formatValue, isYes } from "./format-value.ts";
import type { AlertReading, SignalName } from "./signal.ts";

const WHAT: Readonly<Record<SignalName, (subject: string, rule: AlertRule) => string>> = {
  "error-share": (subject, { signal }) =>
    signal.code === undefined ? `Errors of ${subject}` : `Errors ${signal.code} of ${subject}`,
  "refusal-share": (subject) => `Refusals of ${subject}`,
  "over-limit-share": (subject) => `Calls of ${subject} refused by a shared budget or limit`,
  latency: (subject, rule) => `Time to the answer of ${subject} (${quantileOf(rule)})`,
  "first-token": (subject, rule) => `Time to the first token of ${subject} (${quantileOf(rule)})`,
  "cost-per-minute": (subject) => `Cost a minute of ${subject}`,
  "calls-per-minute": (subject) => `Calls a minute of ${subject}`,
  quality: (subject) => `Judged quality of ${subject}`,
  feedback: (subject) => `Thumbs up of ${subject}`,
  slo: (subject, { labels }) => `Service level ${labels["slo"] ?? ""} of ${subject}`,
  "queue-age": () => "The oldest call that waits",
  "queue-depth": () => "Calls that wait",
  drops: () => "Records that were dropped",
  "budget-share": (subject) => `Spent of the budget ${subject}`,
  "budget-forecast": (subject) => `Forecast of the budget ${subject}`,
  "user-too-dear": (subject) => `The hour of ${subject} is too dear`,
  "tenant-too-dear": (subject) => `The hour of ${subject} is too dear`,
  "provider-trouble": (subject) => `The breaker of ${subject} is open`,
  "rollout-held": (subject) => `The rollout of ${subject} is held`,
  "rollout-rolled-back": (subject) => `The rollout of ${subject} was rolled back`,
  paused: (subject) => `Calls are stopped: ${subject}`,
  "telemetry-trouble": (subject) => `Rollward's own records are troubled: ${subject}`,
  outside: (subject) => subject,
};

/** What a rule watches of a subject, as the beginning of a sentence. */
export const whatOf = (rule: AlertRule, subject: Readonly<Record<string, string>>): string =>
  WHAT[rule.signal.name](nameOf(subject), rule);

const quantileOf = ({ signal }: AlertRule): string => `p${figures((signal.quantile ?? 0.95) * 100)}`;

/** What was found, in one sentence for people; at most 500 characters. */
export function describeReading(
  rule: AlertRule,
  subject: Readonly<Record<string, string>>,
  reading: AlertReading | null,
): string {
  const { name, windowMs } = rule.signal;
  const what = whatOf(rule, subject);
  const { condition } = rule;
  if (reading === null || reading.value === null) return `${what}: no data.`.slice(0, 500);
  if (condition.type === "burn") return describeBurn({ ...rule, condition }, nameOf(subject), reading).slice(0, 500);
  const worst = worstOf(name, reading);
  const note = `${reading.note === undefined ? "" : `; ${reading.note}`}${worst === null ? "" : `; at worst ${worst}`}`;
  if (isYes(name)) return `${what}${reading.note === undefined ? "" : `: ${reading.note}`}.`.slice(0, 500);
  const value = formatValue(name, reading.value);
  const base = `${formatDuration(windowMs)}, ${limitOf(rule, reading)}`;
  const { count } = reading;
  const over = isCounted(name)
    ? `${count} ${name === "quality" ? "judged answers" : "calls"} in ${base}`
    : limitOf(rule, reading);
  return `${what}: ${value} (${over}${note}).`.slice(0, 500);
}

/** The worst value so far, where it is another one than the present. */
function worstOf(name: SignalName, { value, worst }: AlertReading): string | null {
  if (worst === undefined || value === null) return null;
  const [now, then] = [formatValue(name, value), formatValue(name, worst.value)];
  return now === then ? null : then;
}

function limitOf({ condition, signal }: AlertRule, { bound }: AlertReading): string {
  if (condition.type === "baseline") return `usually ${formatValue(signal.name, bound)}`;
  return `limit ${formatValue(signal.name, bound)}`;
}

const SIGHTED = new Set<SignalName>(["queue-age", "queue-depth", "drops", "budget-share", "budget-forecast"]);

const isCounted = (name: SignalName): boolean => !SIGHTED.has(name);

/** What tells a subject, in words. */
export function nameOf(subject: Readonly<Record<string, string>>): string {
  const { provider, model, budget, account, user, tenant, endpoint, what, alertname } = subject;
  if (provider !== undefined) return model === undefined ? provider : `${provider}/${model}`;
  if (budget !== undefined) return account === undefined ? budget : `${budget} (${account})`;
  if (user !== undefined) return `user ${user}`;
  if (tenant !== undefined) return `tenant ${tenant}`;
  return endpoint ?? what ?? alertname ?? "the server";
}
