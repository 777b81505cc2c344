import type { Alert } from "../../domain/alerts/alert.ts";
import { fingerprintOf, identityOf } from "../../domain/alerts/alert-labels.ts";
import { describeReading } from "../../domain/alerts/describe-reading.ts";
import { describeOver } from "../../domain/alerts/describe-trouble.ts";
import { isYes } from "../../domain/alerts/format-value.ts";
import type { AlertReading } from "../../domain/alerts/signal.ts";
import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import { judgeRule } from "../../domain/alerts/judge-rule.ts";
import type { Finding } from "../../domain/alerts/judge-rule.ts";
import { isOfCalls } from "../../domain/alerts/read-signal.ts";
import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import { newAlert, stepAlert } from "../../domain/alerts/step-alert.ts";
import type { AlertStep, StepTerms } from "../../domain/alerts/step-alert.ts";
import { OUTSIDE_RULE } from "../../domain/alerts/tell-groups.ts";

/** A finding with the alert that it is about. */
export interface AlertFinding {
  readonly rule: AlertRule;
  readonly finding: Finding;
  /** As it stands before. */
  readonly alert: Alert;
}

/** Most alerts of one environment that are judged: more is a mistake in the rules. */
const MOST_ALERTS = 5_000;

/** What the rules find, with the alerts as they stand. */
export function findAlerts(
  rules: readonly AlertRule[],
  facts: RuleFacts,
  states: ReadonlyMap<string, Alert>,
): readonly AlertFinding[] {
  const found: AlertFinding[] = [];
  for (const rule of rules) {
    for (const finding of judgeRule(rule, facts)) {
      if (found.length >= MOST_ALERTS) return found;
      const identity = identityOf(rule, facts.environment, finding.subject);
      const known = states.get(identity.fingerprint);
      const alert = known === undefined ? newAlert(identity, rule) : { ...known, ...identity };
      const isBad = finding.onlyLasts === true ? alert.status === "firing" : finding.isBad;
      found.push({ rule, finding: { ...finding, isBad }, alert });
    }
  }
  return found;
}

/** What the rules make of alerts at one time. */
export interface Evaluation {
  /** What changes. */
  readonly steps: readonly AlertStep[];
  /** Alerts that go on firing or waiting, with what they rest on now, and the worst of those that fire, where that reads differently. */
  readonly renewed: readonly Alert[];
}

/** What changes by what the rules find at one time; alerts that no rule speaks of any more come to their end. */
export const evaluateRules = (
  rules: readonly AlertRule[],
  facts: RuleFacts,
  states: ReadonlyMap<string, Alert>,
): readonly AlertStep[] => evaluateAlerts(rules, facts, states).steps;

/** The same, and what goes on. */
export function evaluateAlerts(
  rules: readonly AlertRule[],
  facts: RuleFacts,
  states: ReadonlyMap<string, Alert>,
): Evaluation {
  const found = findAlerts(rules, facts, states);
  const spokenOf = new Set(found.map(({ alert }) => alert.fingerprint));
  const steps = found.map((one) => (isTold(one) ? null : stepOf(one, facts)));
  const renewed = found.map((one, index) => (steps[index] === null ? renewedBy(one, facts.at) : null));
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  for (const alert of states.values()) {
    if (spokenOf.has(alert.fingerprint) || alert.rule === OUTSIDE_RULE) continue;
    if (alert.status !== "pending" && alert.status !== "firing") continue;
    const rule = byName.get(alert.rule);
    if (isSeenByGone(alert, rule, facts)) continue;
    steps.push(stepAlert(alert, endOf(alert, rule, facts), { ...termsOf(alert, rule, facts), at: facts.at }));
  }
  return { steps: steps.filter((step) => step !== null), renewed: renewed.filter((alert) => alert !== null) };
}

/** The end of what fired is told in the past tense, with its worst. */
function stepOf({ rule, finding, alert }: AlertFinding, facts: RuleFacts): AlertStep | null {
  const { at } = facts;
  const step = stepAlert(alert, finding, { ...termsIn(rule, facts), at });
  if (step === null || step.alert.status !== "resolved") return step;
  const worst = worstOf({ rule, finding, alert }, at);
  const reading = finding.reading === null ? null : { ...finding.reading, ...(worst !== null && { worst }) };
  return { ...step, alert: { ...step.alert, reading, summary: describeOver(rule, alert, at) } };
}

function renewedBy({ rule, finding, alert }: AlertFinding, at: number): Alert | null {
  const goesOn = alert.status === "firing" || (alert.status === "pending" && finding.isBad === true);
  if (!goesOn || finding.reading === null || finding.reading.value === null) return null;
  const worst = alert.status === "firing" ? worstOf({ rule, finding, alert }, at) : null;
  const reading = { ...finding.reading, ...(worst !== null && { worst }) };
  const summary = describeReading(rule, finding.subject, reading);
  return summary === alert.summary ? null : { ...alert, reading, summary };
}

/** The worst value since it fires. A signal that only says yes has none. */
function worstOf({ rule, finding, alert }: AlertFinding, at: number): NonNullable<AlertReading["worst"]> | null {
  if (isYes(rule.signal.name)) return null;
  const values = [
    alert.reading?.worst,
    alert.reading === null ? undefined : { value: alert.reading.value, at: alert.since },
    { value: finding.reading?.value ?? null, at },
  ].flatMap((one) => (one === undefined || one.value === null ? [] : [{ value: one.value, at: one.at }]));
  const isBelow = rule.condition.type !== "burn" && rule.condition.op === "below";
  return values.toSorted((one, other) => (isBelow ? one.value - other.value : other.value - one.value))[0] ?? null;
}

const termsOf = ({ severity, runbook }: Alert, rule: AlertRule | undefined, facts: RuleFacts): StepTerms =>
  rule === undefined ? { severity, runbook, forMs: 0, noData: "ok" } : termsIn(rule, facts);

/** Where no server looked, nothing says that it is over: what was, stays. */
function termsIn(rule: AlertRule, facts: RuleFacts): StepTerms {
  const { name } = rule.signal;
  const isUnseen = !isOfCalls(name) && facts.sights(name) === null;
  return isUnseen && rule.noData === "ok" ? { ...rule, noData: "keep" } : rule;
}

/** A rollback happens once to a rollout, which is part of what tells the alert: it has fired and is over for good. */
const isTold = ({ rule: { signal }, alert: { status, episode } }: AlertFinding): boolean =>
  signal.name === "rollout-rolled-back" && status === "resolved" && episode > 0;

/** Whether a server that is gone since a moment saw that it fires: whoever starts anew would end it, and fire it again. */
function isSeenByGone(alert: Alert, rule: AlertRule | undefined, facts: RuleFacts): boolean {
  if (rule === undefined || isOfCalls(rule.signal.name) || alert.status !== "firing") return false;
  return facts
    .goneSights(rule.signal.name)
    .some(({ subject }) => fingerprintOf(facts.environment, rule.name, subject) === alert.fingerprint);
}

/** What to make of an alert whose subject nobody names. */
function endOf(
  alert: Alert,
  rule: AlertRule | undefined,
  facts: RuleFacts,
): Pick<Finding, "isBad" | "reading" | "summary"> {
  const gone = (summary: string) => ({ isBad: false, reading: null, summary });
  if (rule === undefined) return gone(`The rule ${alert.rule} is no longer part of the project.`);
  const { name } = rule.signal;
  if (isOfCalls(name)) return gone(`Nobody calls ${alert.endpoint ?? "it"} any more.`);
  // Nobody looked: it may still be so.
  if (facts.sights(name) === null) return { isBad: null, reading: null, summary: alert.summary };
  return gone(describeOver(rule, alert, facts.at));
}
