import { watchPauses } from "../jobs/watch-pauses.ts";
import { watchSpend } from "../jobs/watch-spend.ts";
import { expireRecords } from "./expire-records.ts";
import { followChanges } from "./follow-changes.ts";
import type { House } from "./plug.ts";

/** What runs behind the calls. */
export interface Background {
  /** Stops looking and deleting; what has been gathered is still written. */
  stop(): void;
  /** Decides what is due, and writes everything that waits to be written. */
  finish(): Promise<void>;
}

/** Starts what runs behind the calls: rollouts, changes of other replicas, spend, expiry. */
export function startBackground(house: House): Background {
  const { stores, gateway, delivery, conductor, host, announcer, spendKeeper } = house;
  const { clock, keys, pauses } = gateway;
  const { troubles, replicas } = delivery;
  conductor.onChanges(
    followChanges({ keys: stores.keys, ring: keys, pauseStore: stores.pauses, pauses, host, clock, troubles }),
  );
  conductor.start();
  spendKeeper.start();
  gateway.learned.start();
  gateway.overload.start();
  const stopWatching = watchSpend({ store: stores.spend, clock, announcer, isLeader: () => replicas.isLeader });
  const stopRules = watchPauses({
    store: stores.pauses,
    spend: stores.spend,
    pauses,
    keys,
    tally: house.errors,
    clock,
    ids: gateway.ids,
    announcer,
    rules: () => host.settings().pauseRules ?? [],
    isLeader: () => replicas.isLeader,
  });
  const stopExpiring = expireRecords({
    calls: stores.calls,
    responses: stores.responses,
    budgets: stores.budgets,
    meanings: stores.meanings,
    proofs: stores.proofs,
    clock,
    announcer,
    retainFactsDays: () => host.retainFactsDays(),
  });
  return {
    stop() {
      stopExpiring();
      gateway.learned.close();
      gateway.overload.close();
      stopWatching();
      stopRules();
    },
    async finish() {
      await conductor.stop();
      delivery.observatory.close();
      await gateway.cache.semantic?.close();
      await Promise.all([spendKeeper.stop(), gateway.recorder.flush(), delivery.log.flush(), house.responses.flush()]);
      await Promise.all([gateway.limiter.close(), gateway.budgets.close()]);
    },
  };
}
