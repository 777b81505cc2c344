import type { Alert, AlertIdentity, AlertStatus } from "./alert.ts";
import type { AlertRule } from "./alert-rule.ts";
import type { Finding } from "./judge-rule.ts";

/** The part of a rule that its alerts go by. */
export type StepTerms = Pick<AlertRule, "severity" | "forMs" | "noData" | "runbook">;

/** A change of an alert that is to be kept. */
export interface AlertStep {
  readonly alert: Alert;
  readonly from: AlertStatus;
  readonly at: number;
}

/** An alert that has never been anything but ok. */
export const newAlert = (
  identity: AlertIdentity,
  { severity, runbook }: Pick<StepTerms, "severity" | "runbook">,
): Alert => ({
  ...identity,
  severity,
  status: "ok",
  since: 0,
  startedAt: null,
  episode: 0,
  version: 0,
  reading: null,
  summary: "",
  runbook,
  acknowledged: null,
});

/**
 * What a finding makes of an alert; `null` where it changes nothing. One change at a time: an alert with `forMs` 0 goes from
 * ok to firing, all others wait in `pending`. A time before its last change counts as that: clocks may go back.
 */
export function stepAlert(
  alert: Alert,
  { isBad, reading, summary }: Pick<Finding, "isBad" | "reading" | "summary">,
  { at: time, ...terms }: StepTerms & { readonly at: number },
): AlertStep | null {
  const truth = isBad ?? truthOf(terms);
  const to = truth === null ? null : nextOf(alert, truth, { forMs: terms.forMs, at: time });
  if (to === null) return null;
  const at = Math.max(time, alert.since);
  const { status: from } = alert;
  const begins = to === "pending" || (to === "firing" && from !== "pending");
  return {
    from,
    at,
    alert: {
      ...alert,
      severity: terms.severity,
      runbook: terms.runbook,
      status: to,
      since: at,
      startedAt: to === "ok" ? null : begins ? at : alert.startedAt,
      episode: to === "firing" ? alert.episode + 1 : alert.episode,
      version: alert.version + 1,
      reading,
      summary,
      acknowledged: to === "firing" ? null : alert.acknowledged,
    },
  };
}

/** What no data means; `null`: nothing changes. */
function truthOf({ noData }: StepTerms): boolean | null {
  if (noData === "keep") return null;
  return noData === "alert";
}

function nextOf(
  { status, since }: Alert,
  isBad: boolean,
  { forMs, at }: { readonly forMs: number; readonly at: number },
): AlertStatus | null {
  switch (status) {
    case "firing":
      return isBad ? null : "resolved";
    case "pending":
      if (!isBad) return "ok";
      return at - since >= forMs ? "firing" : null;
    default:
      if (!isBad) return null;
      return forMs <= 0 ? "firing" : "pending";
  }
}
