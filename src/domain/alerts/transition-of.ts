import type { Alert, AlertTransition } from "./alert.ts";
import type { AlertStep } from "./step-alert.ts";

/** A change as it is kept for good. */
export const transitionOf = ({ alert, from, at }: AlertStep, seq: number): AlertTransition => {
  const { fingerprint, rule, environment, endpoint, labels, version, severity, startedAt, episode } = alert;
  const { reading, summary, runbook, status: to } = alert;
  const identity = { fingerprint, rule, environment, endpoint, labels };
  return { seq, ...identity, version, severity, from, to, at, startedAt, episode, reading, summary, runbook };
};

/** Whether an alert may be forgotten: nothing is wrong since before this time. */
export const isForgettable = ({ status, since }: Alert, before: number): boolean =>
  (status === "ok" || status === "resolved") && since < before;
