import { indexCalls } from "../jobs/index-calls.ts";
import { watchPauses } from "../jobs/watch-pauses.ts";
import { sendNotices } from "../jobs/send-notices.ts";
import { dearSourcesOf } from "../jobs/find-dear-hours.ts";
import { watchSpend } from "../jobs/watch-spend.ts";
import { tellCalls } from "../http/live/tell-calls.ts";
import { expireRecords } from "./expire-records.ts";
import { followChanges } from "./follow-changes.ts";
import { startAlertsIn, startSendingAlerts } from "./open-alerts.ts";
import type { OpenEnvironment } from "./environments/open-environment.ts";
import type { House } from "./plug.ts";
import { watchLoopLoad } from "./telemetry/watch-loop-load.ts";
import { expireSpans } from "./telemetry/accepted-spans.ts";
import type { Telemetry } from "./telemetry/open-telemetry.ts";

/** What runs behind the calls. */
export interface Background {
  /** Stops looking and deleting; what has been gathered is still written. */
  stop(): void;
  /** Decides what is due, and writes everything that waits to be written. */
  finish(): Promise<void>;
}

/** Starts what runs behind the calls: rollouts, changes of other replicas, spend, expiry. */
export function startBackground(house: House, telemetry: Telemetry): Background {
  const { stores, gateway, delivery, conductor, host, environments, announcer, spendKeeper, flagKeeper } = house;
  const { clock, keys } = gateway;
  conductor.onChanges(
    followChanges({
      keys: stores.keys,
      ring: keys,
      environments,
      flags: flagKeeper,
      host,
      clock,
      troubles: delivery.troubles,
    }),
  );
  conductor.start();
  spendKeeper.start();
  house.seriesKeeper.start();
  house.live.onChange(() => house.seeing.now.forget());
  house.seeing.providers.start();
  house.seeing.incidentWatch.start();
  house.seeing.reportSender.start();
  telemetry.start();
  flagKeeper.start();
  house.backtests.watch.start();
  house.shadows.start();
  const stops: (() => void)[] = [];
  environments.onOpened(
    (opened) => void stops.push(...startIn(opened, () => delivery.replicas.isLeader), startAlertsIn(house, opened)),
  );
  const stopExpiring = startExpiring(house);
  const stopTelling = sendNotices({
    notices: stores.notices,
    rollouts: stores.rollouts,
    post: house.poster.post,
    clock,
    announcer,
    random: () => gateway.random(),
    isLeader: () => delivery.replicas.isLeader,
  });
  const stopSendingAlerts = startSendingAlerts(house);
  const index = stores.callIndex;
  const stopIndexing = startIndexing(house);
  const stopTellingCalls = tellCalls({ live: house.live, index, clock, announcer });
  return {
    stop() {
      house.seeing.incidentWatch.stop();
      house.seeing.reportSender.stop();
      stopExpiring();
      stopTelling();
      stopSendingAlerts();
      stopIndexing();
      stopTellingCalls();
      for (const stop of stops) stop();
    },
    async finish() {
      await finish(house);
      await telemetry.stop();
    },
  };
}

function startIndexing({ stores, gateway: { clock }, delivery, announcer }: House): () => void {
  const isLeader = (): boolean => delivery.replicas.isLeader;
  return indexCalls({ index: stores.callIndex, clock, announcer, isLeader, load: watchLoopLoad() });
}

/** Who still decides or asks comes first, then what was gathered, then who lent something. */
async function finish(house: House): Promise<void> {
  const { gateway, delivery, conductor, environments, spendKeeper, flagKeeper } = house;
  await Promise.all([house.backtests.watch.stop(), house.shadows.stop()]);
  await conductor.stop();
  await delivery.gating?.gatekeeper.stop();
  await house.poster.close();
  await house.notifiers.close();
  for (const { cache } of environments.all()) await cache.semantic?.close();
  await Promise.all([
    spendKeeper.stop(),
    house.seriesKeeper.stop(),
    house.seeing.providers.stop(),
    flagKeeper.stop(),
    gateway.recorder.flush(),
    delivery.log.flush(),
    house.responses.flush(),
  ]);
  await house.traces.close();
  await Promise.all(environments.all().flatMap(({ limiter, budgets }) => [limiter.close(), budgets.close()]));
}

/** Deletes what is kept no longer, by the days of the server's own environment: a day of records goes at once, for all. */
function startExpiring({ stores, gateway, environments, announcer }: House): () => void {
  const {
    calls,
    responses,
    feedback,
    budgets,
    meanings,
    proofs,
    backtests,
    shadows,
    gateRuns,
    notices,
    alerts,
    alertOutbox,
    silences,
    changes,
    incidents,
  } = stores;
  return expireRecords({
    calls,
    responses,
    feedback,
    budgets,
    meanings,
    proofs,
    backtests,
    shadows,
    gateRuns,
    notices,
    alerts,
    alertOutbox,
    silences,
    changes,
    incidents,
    expireSpans: expireSpans(stores.spans, environments),
    clock: gateway.clock,
    announcer,
    retainFactsDays: () => environments.of(environments.own).project.retainFactsDays(),
  });
}

/** What runs behind the calls of one environment; answers what stops it. */
function startIn(
  { gateway, project, stores, announcer, errors }: OpenEnvironment,
  isLeader: () => boolean,
): readonly (() => void)[] {
  const { clock, ids, keys, pauses, learned, overload } = gateway;
  learned.start();
  overload.start();
  const rules = () => project.settings().pauseRules ?? [];
  const watched = { spend: stores.spend, pauses, keys, tally: errors, clock, ids, announcer };
  return [
    () => learned.close(),
    () => overload.close(),
    watchSpend({ sources: dearSourcesOf(stores.spend, keys), clock, announcer, isLeader }),
    watchPauses({ store: stores.pauses, ...watched, rules, isLeader }),
  ];
}
