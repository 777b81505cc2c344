import { createNotifiers } from "../adapters/notifiers/index.ts";
import type { SignedPost } from "../ports/signed-post.ts";
import type { AlertSettings } from "../domain/alerts/alert-settings.ts";
import { AlertBoard } from "../jobs/alerts/alert-board.ts";
import { createBudgetOutlook } from "../jobs/alerts/budget-outlook.ts";
import { createDearCallers } from "../jobs/alerts/dear-callers.ts";
import { dearSourcesOf } from "../jobs/find-dear-hours.ts";
import { createSight } from "../jobs/alerts/gather-sights.ts";
import { createFirstSign } from "../jobs/alerts/first-sign.ts";
import { sendAlerts } from "../jobs/alerts/send-alerts.ts";
import { watchAlerts } from "../jobs/alerts/watch-alerts.ts";
import type { Clock } from "../ports/clock.ts";
import type { Notifiers } from "../ports/notifier.ts";
import type { OpenEnvironment } from "./environments/open-environment.ts";
import type { House } from "./plug.ts";

/** The ways to tell people, with the secrets of this process. */
export const openNotifiers = (terms: {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly post: SignedPost;
}): Notifiers => createNotifiers(terms);

/** What the project of an environment says of alerts; `null` before one is in force. */
export const alertSettingsOf = ({ project }: Pick<OpenEnvironment, "project">): AlertSettings | null =>
  project.project?.alerts ?? null;

/** Calls are recorded within so many ms of being counted, mostly. */
const RECORDED_AFTER_MS = 500;

/** Watches the alerts of one environment; answers what stops it. */
export function startAlertsIn(house: House, opened: OpenEnvironment): () => void {
  const { stores, delivery, environments, announcer } = house;
  const { project, gateway, name } = opened;
  const { clock, ids } = gateway;
  const { replicas, releases, rollouts } = delivery;
  return watchAlerts({
    environment: name,
    settings: () => alertSettingsOf(opened),
    endpoints: () => [...(project.project?.endpoints.keys() ?? [])],
    sight: createSight({
      environment: name,
      replicaId: replicas.replicaId,
      gateway,
      budgets: opened.stores.budgets,
      dearCallers: createDearCallers(dearSourcesOf(opened.stores.spend, gateway.keys)),
      outlook: createBudgetOutlook({
        environment: name,
        replicaId: replicas.replicaId,
        rules: () => gateway.settings().meters?.budgets ?? [],
        bank: opened.stores.budgets,
        spend: opened.stores.spend,
      }),
      rollouts,
      releases,
      outbox: stores.alertOutbox,
      isOwn: () => environments.own === name(),
      troubles: () => troublesOf(house),
    }),
    alerts: stores.alerts,
    silences: stores.silences,
    outbox: stores.alertOutbox,
    sightings: stores.sightings,
    series: stores.series,
    spend: opened.stores.spend,
    rollouts,
    releases,
    incidents: stores.incidents,
    firstSign: createFirstSign({
      ...stores,
      pause: () => new Promise((resume) => void clock.after(RECORDED_AFTER_MS, resume)),
    }),
    publicUrl: house.publicUrl,
    clock,
    ids,
    announcer,
    isLeader: () => replicas.isLeader,
  });
}

/** What people may ask about alerts. */
export function openAlertBoard({ stores, notifiers, environments, gateway, publicUrl }: House): AlertBoard {
  const { alerts, sightings, series } = stores;
  const { clock, ids } = gateway;
  const known = (environment: string): OpenEnvironment | undefined => environments.known(environment);
  return new AlertBoard({
    alerts,
    sightings,
    series,
    notifiers,
    settingsOf: (environment) => {
      const opened = known(environment);
      return opened === undefined ? null : alertSettingsOf(opened);
    },
    endpointsOf: (environment) => [...(known(environment)?.project.project?.endpoints.keys() ?? [])],
    publicUrl,
    clock,
    ids,
  });
}

/** Sends what was written down to be told, of all environments; answers what stops it. */
export const startSendingAlerts = (house: House): (() => void) =>
  sendAlerts({
    outbox: house.stores.alertOutbox,
    notifiers: house.notifiers,
    settingsOf: (environment, notifier) => {
      const known = house.environments.known(environment);
      return known === undefined ? undefined : alertSettingsOf(known)?.notifiers.get(notifier);
    },
    clock: house.gateway.clock,
    announcer: house.announcer,
    random: () => house.gateway.random(),
    isLeader: () => house.delivery.replicas.isLeader,
  });

/** What cannot be written at the moment, and why. */
function troublesOf({
  gateway,
  delivery,
  spendKeeper,
  seriesKeeper,
}: House): readonly (readonly [what: string, why: string])[] {
  const troubles = [
    ["calls", gateway.recorder.counts().trouble],
    ["evidence", delivery.log.counts().trouble],
    ["spend", spendKeeper.counts().trouble],
    ["numbers of calls", seriesKeeper.counts().trouble],
    ["budgets", gateway.budgets.counts().trouble],
  ] as const;
  return troubles.flatMap(([what, why]) => (why === null ? [] : [[what, why] as const]));
}
