import { Worker } from "node:worker_threads";
import type { Delivery } from "../../delivery/delivery.ts";
import { DRILL_CHANNEL, measureWithdrawal } from "../../delivery/drill/measure-withdrawal.ts";
import type { RehearsalTerms } from "../../delivery/drill/rehearse.ts";
import { frozenBy } from "../../delivery/frozen-by.ts";
import { sumUp } from "../../domain/drill/drill-report.ts";
import type { DrillReport, RehearsalEnd } from "../../domain/drill/drill-report.ts";
import { rehearsablePlan } from "../../domain/drill/rehearsable-plan.ts";
import { trafficOf } from "../../domain/drill/drill-traffic.ts";
import type { DrillTraffic } from "../../domain/drill/drill-traffic.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { RolloutPlan } from "../../domain/rollout/plan.ts";
import type { ChannelName } from "../../domain/traffic/route.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Drills, DrillWish } from "../../ports/drills.ts";
import type { DrillWorkerOrder } from "./drill-worker.ts";

/** What drills are plugged into. */
export interface DrillTerms {
  readonly delivery: Delivery;
  readonly calls: CallStore;
  /** How the next release of a channel would be rolled out; `null` for a channel that is not configured here. */
  planOf(channel: ChannelName): RolloutPlan | null;
}

const DAY_MS = 86_400_000;
/** How far back recorded calls are looked for, and how many are enough. */
const LOOK_BACK_MS = 7 * DAY_MS;
const MOST_CALLS = 5_000;
/** A rehearsal that has come to nothing by then ends: with the default plan a proof of "no worse" takes some 20,000. */
const MOST_SESSIONS = 60_000;
/** Longest that all rehearsals of a drill may take, ms. */
const LONGEST_MS = 120_000;

/** Rehearses in a thread of its own, so that calls do not wait, and withdraws for real on a channel of its own. */
export function createDrills(terms: DrillTerms): Drills {
  let isBusy = false;
  return {
    async run(wish) {
      if (isBusy) throw impossible("another drill is under way on this server; wait until it has ended");
      isBusy = true;
      try {
        return await drill(terms, wish);
      } finally {
        isBusy = false;
      }
    },
  };
}

const impossible = (reason: string): RollwardError => new RollwardError("drill_impossible", { reason });

async function drill(terms: DrillTerms, wish: DrillWish): Promise<DrillReport> {
  const { delivery, calls } = terms;
  const { channel, harm, runs } = wish;
  const route = delivery.routes.byChannel(channel);
  const written = terms.planOf(channel);
  if (route === undefined || written === null) {
    const known = delivery.routes.all().map((one) => one.channel.endpoint);
    throw new RollwardError("endpoint_not_found", { endpoint: channel.endpoint, known: known.join(", ") || "none" });
  }
  const plan = rehearsablePlan(written);
  if ("why" in plan) throw impossible(plan.why);
  const frozen = await frozenBy(delivery, DRILL_CHANNEL);
  if (frozen !== null) throw impossible(`${frozen}; while that lasts nothing starts, a drill's candidate neither`);
  const traffic = await trafficFor(delivery, calls, wish);
  const { content } = route.stable;
  const seeds = Array.from({ length: runs }, () => delivery.ids.secret(32));
  const { environment } = channel;
  const ends = await rehearseAside({
    terms: { content, environment, plan, traffic, harm, mostSessions: MOST_SESSIONS },
    seeds,
  });
  const actor = { kind: "machine" } as const;
  const withdrawal = await measureWithdrawal(delivery, { content, actor, mark: delivery.ids.secret(8) });
  const { perHour, source, sessions } = traffic;
  const recorded = source === "recorded" ? sessions.length : 0;
  return { harm, traffic: { perHour, source, recorded }, ...sumUp(ends), mostSessions: MOST_SESSIONS, withdrawal };
}

async function trafficFor(
  delivery: Delivery,
  calls: CallStore,
  { channel, perHour }: DrillWish,
): Promise<DrillTraffic> {
  const now = delivery.clock.now();
  const { endpoint, environment } = channel;
  const filter = { endpoint, environment, arm: "stable", since: now - LOOK_BACK_MS, limit: MOST_CALLS };
  const own = await calls.list(filter);
  const oldest = own.reduce((least, { at }) => Math.min(least, at), now);
  const traffic = trafficOf(own, now - oldest);
  return perHour === null ? traffic : { ...traffic, perHour };
}

/** Runs rehearsals in a thread of their own. */
function rehearseAside(
  order: DrillWorkerOrder & { readonly terms: Omit<RehearsalTerms, "seed"> },
): Promise<readonly RehearsalEnd[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly RehearsalEnd[]>();
  const worker = new Worker(new URL("./drill-worker.ts", import.meta.url), { workerData: order, execArgv: [] });
  const ends: RehearsalEnd[] = [];
  const timer = setTimeout(() => {
    void worker.terminate();
    reject(impossible(`the rehearsals took longer than ${LONGEST_MS / 1_000} s; ask for fewer runs`));
  }, LONGEST_MS);
  worker.on("message", (end: RehearsalEnd) => void ends.push(end));
  worker.once("error", reject);
  worker.once("exit", () => {
    clearTimeout(timer);
    resolve(ends);
  });
  return promise;
}
