import type { Alert } from "./alert.ts";
import { boundedLabels, fingerprintOf } from "./alert-labels.ts";
import type { Severity } from "./alert-rule.ts";
import { newAlert, stepAlert } from "./step-alert.ts";
import type { AlertStep } from "./step-alert.ts";
import { OUTSIDE_RULE } from "./tell-groups.ts";

/** An alert of another system. */
export interface OutsideAlert {
  readonly isFiring: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly startsAt: number;
}

/** Where it was sent to. */
export interface OutsideTerms {
  readonly environment: string;
  readonly endpoints: readonly string[];
  readonly now: number;
}

const MOST_SUMMARY = 500;
/** Episodes of one that is new here begin with the time in these steps, ms: more than it has of them, also after it was forgotten. */
const EPISODE_MS = 10_000;
const LINK = /^https?:\/\/[^\s<>|]{1,1000}$/;

/** Whether it is one of ours that comes back. */
export const isOurs = ({ labels }: OutsideAlert): boolean => labels["source"] === "rollward";

/** An alert as it stands here before it is heard of, by its labels. */
export function outsideAlert(
  { labels, annotations }: OutsideAlert,
  { environment, endpoints, now }: OutsideTerms,
): Alert {
  const bounded = boundedLabels(labels);
  const { endpoint } = bounded;
  const runbook = annotations["runbook_url"];
  const alert = newAlert(
    {
      fingerprint: fingerprintOf(environment, OUTSIDE_RULE, bounded),
      rule: OUTSIDE_RULE,
      environment,
      endpoint: endpoint !== undefined && endpoints.includes(endpoint) ? endpoint : null,
      labels: boundedLabels({ ...bounded, environment }),
    },
    {
      severity: severityOf(bounded["severity"]),
      runbook: runbook !== undefined && LINK.test(runbook) ? runbook : null,
    },
  );
  // Fingerprint and episode name a trouble in incidents: were one that is forgotten to come back as the first, it would be taken for the old one.
  return { ...alert, episode: Math.floor(now / EPISODE_MS) };
}

/** What hearing of it changes; `null` where that is known. */
export function hearOutside(known: Alert, outside: OutsideAlert, { now }: OutsideTerms): AlertStep | null {
  const { labels, annotations, startsAt, isFiring } = outside;
  const summary = (
    annotations["summary"] ??
    annotations["description"] ??
    labels["alertname"] ??
    "An alert without a name"
  ).slice(0, MOST_SUMMARY);
  const { severity, runbook } = known;
  const terms = { severity, runbook, forMs: 0, noData: "keep", at: now } as const;
  const step = stepAlert(known, { isBad: isFiring, reading: null, summary }, terms);
  if (step === null || !isFiring) return step;
  return { ...step, alert: { ...step.alert, startedAt: Math.min(startsAt, now) } };
}

function severityOf(text: string | undefined): Severity {
  const written = text?.toLowerCase();
  if (written === "critical" || written === "page") return "critical";
  return written === "info" || written === "none" ? "info" : "warning";
}
