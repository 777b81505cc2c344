import type { Telling, TellingAlert } from "../../domain/alerts/delivery.ts";
import type { WebhookSettings } from "../../domain/alerts/notifier-settings.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { addressFault, noteOf, statusTrouble } from "./post-json.ts";
import type { NotifierGround } from "./notifier-ground.ts";

/** How Alertmanager writes that something has not ended. */
const NEVER = "0001-01-01T00:00:00Z";

/** Statuses that another try may mend; redirects may lead anywhere and are final. */
const mayPass = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

/** A web server that takes Alertmanager's webhook, version 4, signed as in the Standard Webhooks specification. */
export const createWebhook =
  ({ name, url, secretEnv, allowPrivate }: WebhookSettings, { post }: NotifierGround): Notifier =>
  async ({ id, telling }) => {
    const fault = addressFault(url, allowPrivate);
    if (fault !== null) return { isSent: false, trouble: fault, isFinal: true };
    const answer = await post({ url, secretEnv, allowPrivate }, { id, body: bodyOf(name, telling) });
    if ("trouble" in answer) {
      return { isSent: false, ...answer, ...(!answer.isFinal && { isAway: true }) };
    }
    const { status, text } = answer;
    if (status >= 200 && status < 300) return { isSent: true, note: noteOf(text) === "" ? null : noteOf(text) };
    return statusTrouble({ status, text: "", retryAfterMs: null }, (each) => !mayPass(each));
  };

/** The body of version 4, with what Alertmanager does not know under `rollward`. */
function bodyOf(receiver: string, telling: Telling): Readonly<Record<string, unknown>> {
  const { status, alerts, more, dedupKey, environment, endpoint, url, reason, severity, title, by } = telling;
  const all = alerts.map(alertOf(url));
  return {
    version: "4",
    groupKey: dedupKey,
    truncatedAlerts: more,
    status,
    receiver,
    groupLabels: { environment, ...(endpoint !== null && { endpoint }) },
    commonLabels: common(all.map(({ labels }) => labels)),
    commonAnnotations: common(all.map(({ annotations }) => annotations)),
    externalURL: url ?? "",
    alerts: all,
    rollward: { reason, severity, title, acknowledged_by: by },
  };
}

const alertOf =
  (url: string | null) =>
  ({ status, labels, summary, runbook, startsAt, endsAt, fingerprint }: TellingAlert) => ({
    status,
    labels,
    annotations: { summary, ...(runbook !== null && { runbook_url: runbook }) },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: endsAt === null ? NEVER : new Date(endsAt).toISOString(),
    generatorURL: url ?? "",
    fingerprint,
  });

/** What all have alike. */
function common(all: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const [first = {}] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      all.every((each) => Object.hasOwn(each, name) && each[name] === value),
    ),
  );
}
