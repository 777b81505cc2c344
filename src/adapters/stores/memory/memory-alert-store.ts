import type { Alert, AlertTransition } from "../../../domain/alerts/alert.ts";
import { isForgettable, transitionOf } from "../../../domain/alerts/transition-of.ts";
import type { AlertStore, OverAlerts } from "../../../ports/alert-store.ts";

/** Alerts in memory; of more than `most` transitions the oldest are forgotten. */
export function createMemoryAlertStore(most: number): AlertStore {
  const alerts = new Map<string, Alert>();
  let transitions: AlertTransition[] = [];
  let seq = 0;
  return {
    states: async (environment) => [...alerts.values()].filter((alert) => alert.environment === environment),
    firing: async (environment) =>
      [...alerts.values()]
        .filter((alert) => alert.status === "firing" && alert.environment === (environment ?? alert.environment))
        .toSorted((one, other) => one.since - other.since),
    byFingerprint: async (fingerprint) => alerts.get(fingerprint) ?? null,
    async append(steps) {
      const appended: AlertTransition[] = [];
      for (const step of steps) {
        const { fingerprint, version } = step.alert;
        if ((alerts.get(fingerprint)?.version ?? 0) !== version - 1) continue;
        alerts.set(fingerprint, step.alert);
        seq += 1;
        appended.push(transitionOf(step, seq));
      }
      transitions.push(...appended);
      if (transitions.length > most) transitions = transitions.slice(-most);
      return appended;
    },
    async renew(renewed) {
      for (const { fingerprint, version, reading, summary } of renewed) {
        const known = alerts.get(fingerprint);
        if ((known?.status === "firing" || known?.status === "pending") && known.version === version) {
          alerts.set(fingerprint, { ...known, reading, summary });
        }
      }
    },
    transitions: async ({ since, environment, fingerprint, newestFirst, limit }) => {
      const found = transitions.filter(
        (one) =>
          one.seq > since &&
          one.environment === (environment ?? one.environment) &&
          one.fingerprint === (fingerprint ?? one.fingerprint),
      );
      return (newestFirst === true ? found.toReversed() : found).slice(0, limit);
    },
    async acknowledge(fingerprint, episode, by) {
      const alert = alerts.get(fingerprint);
      if (alert?.status !== "firing" || alert.episode !== episode) return null;
      const acknowledged = { ...alert, acknowledged: alert.acknowledged ?? by };
      alerts.set(fingerprint, acknowledged);
      return acknowledged;
    },
    async expire(before, only) {
      const forgotten = longOver([...alerts.values()], before, only);
      for (const fingerprint of forgotten) alerts.delete(fingerprint);
      if (only === undefined) transitions = transitions.filter(({ at }) => at >= before);
    },
  };
}

/** Fingerprints of those that are over since before a time. */
function longOver(alerts: readonly Alert[], before: number, only: OverAlerts | undefined): readonly string[] {
  const over = alerts
    .filter((alert) => isForgettable(alert, Infinity))
    .filter(({ environment, rule }) => only === undefined || (environment === only.environment && rule === only.rule))
    .toSorted((one, other) => other.since - one.since)
    .slice(only?.newest ?? 0);
  return over.filter((alert) => isForgettable(alert, before)).map(({ fingerprint }) => fingerprint);
}
