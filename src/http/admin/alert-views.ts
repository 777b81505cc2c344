import type { z } from "zod";
import type { alertView, deliveryView, ruleView, silenceView, transitionView } from "../../contract/alerts.ts";
import type { sloView } from "../../contract/slos.ts";
import type { Alert, AlertTransition } from "../../domain/alerts/alert.ts";
import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { AlertDelivery } from "../../domain/alerts/delivery.ts";
import { formatValue } from "../../domain/alerts/format-value.ts";
import { describeRule } from "../../domain/alerts/describe-rule.ts";
import { isInForce, silenceOf } from "../../domain/alerts/silence.ts";
import type { Silence } from "../../domain/alerts/silence.ts";
import type { AlertReading } from "../../domain/alerts/signal.ts";
import { burnFactor, isPage } from "../../domain/slo/slo.ts";
import type { Slo } from "../../domain/slo/slo.ts";
import type { AlertFinding } from "../../jobs/alerts/evaluate-rules.ts";
import type { SloStanding } from "../../jobs/alerts/alert-board.ts";
import { formatDuration } from "../../kit/duration.ts";
import { instantOf } from "./instant-of.ts";

const SECOND_MS = 1_000;

const readingOf = (reading: AlertReading | null): z.input<typeof alertView>["reading"] =>
  reading === null
    ? null
    : {
        value: finite(reading.value),
        count: reading.count,
        bound: reading.bound,
        note: reading.note ?? null,
        worst:
          reading.worst === undefined ? null : { value: finite(reading.worst.value), at: instantOf(reading.worst.at) },
      };

/** JSON has no infinity. */
const finite = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : value);

/** An alert as it is shown. */
export function alertViewOf(alert: Alert, silences: readonly Silence[], now: number): z.input<typeof alertView> {
  const { fingerprint, rule, environment, endpoint, severity, status, since, startedAt, episode, labels } = alert;
  const { summary, reading, runbook, acknowledged } = alert;
  return {
    fingerprint,
    rule,
    environment,
    endpoint,
    severity,
    status,
    since: instantOf(since),
    started_at: startedAt === null ? null : instantOf(startedAt),
    episode,
    labels,
    summary,
    reading: readingOf(reading),
    runbook,
    acknowledged: acknowledged === null ? null : { ...acknowledged, at: instantOf(acknowledged.at) },
    silenced_by: silenceOf(silences, labels, now)?.id ?? null,
  };
}

/** A change as it is shown. */
export const transitionViewOf = (one: AlertTransition): z.input<typeof transitionView> => {
  const { seq, fingerprint, rule, environment, endpoint, severity, from, to, at, episode, summary, labels } = one;
  return {
    seq,
    fingerprint,
    rule,
    environment,
    endpoint,
    severity,
    from,
    to,
    at: instantOf(at),
    episode,
    summary,
    labels,
  };
};

/** A silence as it is shown. */
export const silenceViewOf = (silence: Silence, now: number): z.input<typeof silenceView> => ({
  id: silence.id,
  matchers: [...silence.matchers],
  starts_at: instantOf(silence.startsAt),
  ends_at: instantOf(silence.endsAt),
  ended_at: silence.endedAt === null ? null : instantOf(silence.endedAt),
  is_in_force: isInForce(silence, now),
  reason: silence.reason,
  by: silence.by,
});

/** A message as it is shown. */
export function deliveryViewOf(delivery: AlertDelivery): z.input<typeof deliveryView> {
  const { id, notifier, telling, tries, createdAt, dueAt, sentAt, givenUpAt, trouble } = delivery;
  return {
    id,
    notifier,
    reason: telling.reason,
    title: telling.title,
    dedup_key: telling.dedupKey,
    state: sentAt !== null ? "sent" : givenUpAt !== null ? "given_up" : "waiting",
    tries,
    created_at: instantOf(createdAt),
    due_at: instantOf(dueAt),
    sent_at: sentAt === null ? null : instantOf(sentAt),
    given_up_at: givenUpAt === null ? null : instantOf(givenUpAt),
    trouble,
  };
}

/** Rules as they are shown, each with what it finds. */
export function ruleViewsOf(
  rules: readonly AlertRule[],
  findings: readonly AlertFinding[],
): z.input<typeof ruleView>[] {
  return rules.map((rule) => ({
    rule: rule.name,
    severity: rule.severity,
    is_default: rule.isDefault,
    watches: describeRule(rule),
    for_seconds: rule.forMs / SECOND_MS,
    no_data: rule.noData,
    runbook: rule.runbook,
    findings: findings
      .filter((found) => found.rule === rule)
      .map(({ finding: { subject, isBad, summary, reading }, alert }) => ({
        subject,
        is_bad: isBad,
        status: alert.status,
        summary,
        reading: readingOf(reading),
      })),
  }));
}

/** A service level as it is shown. */
export function sloViewOf({ slo, since, asOf, budget, burns }: SloStanding): z.input<typeof sloView> {
  const { indicator, objective, periodMs } = slo;
  const rates = burns.map(({ long }) => long ?? 0);
  const [fastest = 0] = rates;
  const left = budget.left;
  return {
    slo: slo.name,
    description: slo.description,
    endpoint: slo.endpoint,
    indicator: indicator.type,
    good_is: goodIs(slo),
    objective: indicator.type === "spend" ? null : objective,
    period_seconds: periodMs / SECOND_MS,
    since: instantOf(since),
    as_of: instantOf(asOf),
    total: budget.total,
    bad: budget.bad,
    achieved: finite(budget.achieved),
    budget_left: finite(left),
    lasts_seconds: left === null || left <= 0 || fastest <= 1 ? null : (left * periodMs) / fastest / SECOND_MS,
    burns: burns.map(({ window, long, short }) => {
      const factor = burnFactor(window, periodMs);
      return {
        window: window.name,
        severity: isPage(window) ? "critical" : "warning",
        factor,
        long_seconds: window.longMs / SECOND_MS,
        short_seconds: window.shortMs / SECOND_MS,
        long_rate: finite(long),
        short_rate: finite(short),
        is_burning: (long ?? 0) > factor && (short ?? 0) > factor,
      };
    }),
    runbook: slo.runbook,
  };
}

/** What counts as good, in words. */
function goodIs({ indicator }: Slo): string {
  switch (indicator.type) {
    case "availability":
      return `the call did not fail for a reason that is not its own${indicator.ignoresRefusals ? "" : ", nor was refused by what all callers share"}`;
    case "latency":
      return `the whole answer within ${formatDuration(indicator.belowMs)}`;
    case "first-token":
      return `the first token within ${formatDuration(indicator.belowMs)}`;
    case "quality":
      return `a judged score of ${indicator.atLeast} or more`;
    default:
      return `at most ${formatValue("cost-per-minute", indicator.atMostPico)} in the period`;
  }
}
