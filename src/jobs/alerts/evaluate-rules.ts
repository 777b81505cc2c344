import type { Alert } from "../../domain/alerts/alert.ts";
import { fingerprintOf, identityOf } from "../../domain/alerts/alert-labels.ts";
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
      found.push({ rule, finding, alert });
    }
  }
  return found;
}

/** What changes by what the rules find at one time; alerts that no rule speaks of any more come to their end. */
export function evaluateRules(
  rules: readonly AlertRule[],
  facts: RuleFacts,
  states: ReadonlyMap<string, Alert>,
): readonly AlertStep[] {
  const found = findAlerts(rules, facts, states);
  const spokenOf = new Set(found.map(({ alert }) => alert.fingerprint));
  const { at } = facts;
  const steps = found.map(({ rule, finding, alert }) =>
    isTold(rule, alert) ? null : stepAlert(alert, finding, { ...termsIn(rule, facts), at }),
  );
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  for (const alert of states.values()) {
    if (spokenOf.has(alert.fingerprint) || alert.rule === OUTSIDE_RULE) continue;
    if (alert.status !== "pending" && alert.status !== "firing") continue;
    const rule = byName.get(alert.rule);
    if (isSeenByGone(alert, rule, facts)) continue;
    steps.push(stepAlert(alert, endOf(alert, rule, facts), { ...termsOf(alert, rule, facts), at }));
  }
  return steps.filter((step) => step !== null);
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
const isTold = ({ signal }: AlertRule, { status, episode }: Alert): boolean =>
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
  return gone(`Over: ${alert.summary}`.slice(0, 500));
}
