import type { Telling } from "../../domain/alerts/delivery.ts";
import type { PagerDutySettings } from "../../domain/alerts/notifier-settings.ts";
import type { Notifier, NotifierAnswer, NotifierMessage } from "../../ports/notifier.ts";
import { noteOf, statusTrouble } from "./post-json.ts";
import { readSecret } from "./read-secret.ts";
import type { NotifierGround } from "./notifier-ground.ts";

/** Bounds of the Events API v2. */
const KEY_LENGTH = 32;
const MOST_SUMMARY = 1_024;
const MOST_DEDUP = 255;
/** Alerts among the details: an event may have 512 KB. */
const MOST_ALERTS = 20;
const MOST_LINKS = 5;

const ACTIONS: Partial<Record<Telling["reason"], "acknowledge" | "resolve">> = {
  acknowledged: "acknowledge",
  resolved: "resolve",
};

/**
 * PagerDuty by its Events API v2: alerts are triggered, acknowledged and resolved under the trouble's key, which PagerDuty
 * makes one incident of; steps of rollouts are change events, which wake nobody.
 */
export function createPagerduty(settings: PagerDutySettings, { variables, poster }: NotifierGround): Notifier {
  const { url, keyEnv, allowPrivate } = settings;
  const send = async (path: string, body: unknown): Promise<NotifierAnswer> => {
    const answer = await poster.post({ url: `${url}${path}`, body, allowPrivate });
    if (!("status" in answer)) return answer;
    if (answer.status === 202) return { isSent: true, note: noteOf(answer.text) };
    return statusTrouble(answer, (status) => status === 400 || status === 403 || status === 404);
  };
  return async (message) => {
    const secret = readSecret(variables, keyEnv);
    if ("trouble" in secret) return secret;
    const key = secret.text;
    if (key.length !== KEY_LENGTH) {
      const trouble = `the routing key in ${keyEnv} does not have ${KEY_LENGTH} characters`;
      return { isSent: false, trouble, isFinal: true };
    }
    const { telling } = message;
    if (telling.reason === "change") return send("/v2/change/enqueue", changeOf(key, telling));
    const answer = await send("/v2/enqueue", eventOf(key, message));
    // A test leaves nothing open.
    if (telling.reason !== "test" || !answer.isSent) return answer;
    return send("/v2/enqueue", { routing_key: key, event_action: "resolve", dedup_key: dedupOf(telling) });
  };
}

function eventOf(key: string, { telling }: NotifierMessage): unknown {
  const action = ACTIONS[telling.reason] ?? "trigger";
  const head = { routing_key: key, event_action: action, dedup_key: dedupOf(telling) };
  if (action !== "trigger") return head;
  const { title, severity, environment, endpoint, at, alerts, more, url } = telling;
  const runbooks = [...new Set(alerts.flatMap(({ runbook }) => runbook ?? []))].slice(0, MOST_LINKS);
  return {
    ...head,
    client: "Rollward",
    ...(url !== null && { client_url: url }),
    payload: {
      summary: title.slice(0, MOST_SUMMARY),
      source: `rollward ${environment}`,
      severity,
      timestamp: new Date(at).toISOString(),
      component: endpoint ?? "rollward",
      group: environment,
      class: alerts[0]?.labels["alertname"] ?? telling.reason,
      custom_details: {
        reason: telling.reason,
        alerts: alerts.slice(0, MOST_ALERTS).map(({ summary, status, severity: each, startsAt, labels }) => ({
          summary,
          status,
          severity: each,
          since: new Date(startsAt).toISOString(),
          labels,
        })),
        not_shown: more + Math.max(0, alerts.length - MOST_ALERTS),
      },
    },
    links: runbooks.map((href) => ({ href, text: "Runbook" })),
  };
}

const changeOf = (key: string, { title, environment, endpoint, at, url }: Telling): unknown => ({
  routing_key: key,
  payload: {
    summary: title.slice(0, MOST_SUMMARY),
    source: `rollward ${environment}`,
    timestamp: new Date(at).toISOString(),
    custom_details: { environment, endpoint },
  },
  links: url === null ? [] : [{ href: url, text: "Rollward" }],
});

const dedupOf = ({ dedupKey }: Telling): string => dedupKey.slice(0, MOST_DEDUP);
