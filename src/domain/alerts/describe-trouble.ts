import { formatDuration } from "../../kit/duration.ts";
import type { AlertRule } from "./alert-rule.ts";
import type { Alert } from "./alert.ts";
import { burnOver, burnTrouble, burnValue } from "./describe-burn.ts";
import { nameOf, whatOf } from "./describe-reading.ts";
import { formatValue, isYes } from "./format-value.ts";
import type { SignalName } from "./signal.ts";

type Subject = Readonly<Record<string, string>>;

/**
 * What is wrong, without the number of any moment: `Errors of support-bot: more than 5 %`. The limit stays true however
 * the trouble goes on. Of a service level it is the share of bad ones that it is told from.
 */
export function describeTrouble(rule: AlertRule, subject: Subject): string {
  const { signal, condition } = rule;
  const what = whatOf(rule, subject);
  if (isYes(signal.name)) return what;
  switch (condition.type) {
    case "burn":
      return burnTrouble(condition, nameOf(subject));
    case "baseline":
      return `${what}: far ${condition.op} what is usual`;
    default:
      return `${what}: ${condition.op === "above" ? "more" : "less"} than ${formatValue(signal.name, condition.bound)}`;
  }
}

/** What was so while a signal said yes. */
const WAS: { readonly [S in SignalName]?: (subject: string) => string } = {
  "user-too-dear": (subject) => `The hour of ${subject} was too dear`,
  "tenant-too-dear": (subject) => `The hour of ${subject} was too dear`,
  "provider-trouble": (subject) => `The breaker of ${subject} was open`,
  "rollout-held": (subject) => `The rollout of ${subject} was held`,
  "rollout-rolled-back": (subject) => `The rollout of ${subject} was rolled back`,
  paused: (subject) => `Calls were stopped: ${subject}`,
  "telemetry-trouble": (subject) => `Rollward's own records were troubled: ${subject}`,
};

/** What was wrong until `at` (epoch ms), in one sentence in the past tense with how long it lasted and its worst. */
export function describeOver(
  rule: AlertRule,
  { labels, startedAt, since, reading }: Pick<Alert, "labels" | "startedAt" | "since" | "reading">,
  at: number,
): string {
  const { name } = rule.signal;
  const lasted = `for ${formatDuration(Math.max(0, at - (startedAt ?? since)))}`;
  const was = WAS[name]?.(nameOf(labels));
  // It happened once, and it is the telling that ends.
  if (name === "rollout-rolled-back") return sentence(reading?.note === undefined ? [was] : [was, ": ", reading.note]);
  if (was !== undefined) return sentence([was, " ", lasted]);
  const worst = reading?.worst?.value ?? reading?.value ?? null;
  const { condition } = rule;
  if (condition.type === "burn") {
    const most = worst === null ? "" : `, ${burnValue(condition, worst)} at worst`;
    return sentence([burnOver(condition, nameOf(labels)), " ", lasted, most]);
  }
  const told = worst === null ? "" : `, at worst at ${formatValue(name, worst)}`;
  return sentence([whatOf(rule, labels), " ", wasBeyond(condition, name), " ", lasted, told]);
}

function wasBeyond(condition: Exclude<AlertRule["condition"], { readonly type: "burn" }>, name: SignalName): string {
  return condition.type === "baseline"
    ? `stood far ${condition.op} what is usual`
    : `stood ${condition.op} ${formatValue(name, condition.bound)}`;
}

const sentence = (parts: readonly (string | undefined)[]): string => `${parts.join("").slice(0, 499).toWellFormed()}.`;
