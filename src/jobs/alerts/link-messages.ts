import { episodeKey } from "../../domain/alerts/alert.ts";
import { consoleLink } from "../../domain/alerts/console-link.ts";
import type { GroupMessage } from "../../domain/alerts/tell-groups.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";

/** What links need; without an address there are none. */
export interface LinkTerms {
  readonly publicUrl: string | null;
  readonly alerts: Pick<AlertStore, "states">;
  readonly incidents: Pick<IncidentStore, "ofAlerts">;
}

/** Gives messages about alerts the page that people want: the incident that an alert belongs to, else all alerts. */
export async function linkMessages(
  messages: readonly GroupMessage[],
  environment: string,
  { publicUrl, alerts, incidents }: LinkTerms,
): Promise<readonly GroupMessage[]> {
  if (publicUrl === null || messages.length === 0) return messages;
  const keys = new Map((await alerts.states(environment)).map((alert) => [alert.fingerprint, episodeKey(alert)]));
  const keysOf = ({ telling }: GroupMessage): readonly string[] =>
    telling.alerts.flatMap(({ fingerprint }) => keys.get(fingerprint) ?? []);
  const known = await incidents.ofAlerts([...new Set(messages.flatMap(keysOf))]);
  return messages.map((message) => {
    const incident = keysOf(message)
      .map((key) => known.get(key))
      .find((id) => id !== undefined);
    const path = incident === undefined ? "/alerts" : `/incidents/${incident}`;
    return { ...message, telling: { ...message.telling, url: consoleLink(publicUrl, path, environment) } };
  });
}
