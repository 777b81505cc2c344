import type { Telling, TellingAlert } from "../../domain/alerts/delivery.ts";
import type { AlertmanagerSettings } from "../../domain/alerts/notifier-settings.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { statusTrouble } from "./post-json.ts";
import type { NotifierGround } from "./notifier-ground.ts";
import { readSecret } from "./read-secret.ts";

/** Alertmanager ends by itself what nobody names again: a message is sent for every change, and not before the next one. */
const LASTS_MS = 7 * 86_400_000;

/** A real Alertmanager by its API v2: it silences, groups and routes by itself. */
export const createAlertmanager =
  ({ url, tokenEnv, allowPrivate }: AlertmanagerSettings, { variables, poster }: NotifierGround): Notifier =>
  async ({ telling }) => {
    if (telling.alerts.length === 0 || telling.reason === "acknowledged") {
      return { isSent: true, note: "nothing that Alertmanager has a place for" };
    }
    const secret = tokenEnv === null ? null : readSecret(variables, tokenEnv);
    if (secret !== null && "trouble" in secret) return secret;
    const headers = secret === null ? {} : { authorization: `Bearer ${secret.text}` };
    const body = telling.alerts.map((alert) => alertOf(alert, telling));
    const answer = await poster.post({ url: `${url}/api/v2/alerts`, body, headers, allowPrivate });
    if (!("status" in answer)) return answer;
    if (answer.status === 200) return { isSent: true, note: null };
    return statusTrouble(answer, (status) => status >= 400 && status < 500 && status !== 429 && status !== 408);
  };

const alertOf = (
  { labels, summary, runbook, startsAt, endsAt, fingerprint }: TellingAlert,
  telling: Telling,
): unknown => ({
  labels: { ...named(labels), rollward_fingerprint: fingerprint, source: "rollward" },
  annotations: { summary, ...(runbook !== null && { runbook_url: runbook }), dedup_key: telling.dedupKey },
  startsAt: new Date(startsAt).toISOString(),
  endsAt: new Date(endsAt ?? telling.at + LASTS_MS).toISOString(),
  ...(telling.url !== null && { generatorURL: telling.url }),
});

/** Names of labels as Prometheus takes them. */
const named = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_"), value]),
  );
