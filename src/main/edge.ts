import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import type { healthView } from "../contract/health.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { createStoredKeySigner } from "../adapters/signing/stored-key-signer.ts";
import { admin } from "../http/admin/admin.ts";
import type { AdminTerms } from "../http/admin/admin-terms.ts";
import { instantOf } from "../http/admin/instant-of.ts";
import { overloadOf } from "../http/admin/load-view-of.ts";
import { feedback } from "../http/data/feedback.ts";
import { statusPage } from "../http/status/status.ts";
import { lastApplyOf, originOf } from "../http/admin/origin-view-of.ts";
import { traces } from "../http/admin/traces.ts";
import { retiringViewOf } from "../http/admin/registry.ts";
import { createApp } from "../http/app.ts";
import { serveSite } from "../http/console/serve-site.ts";
import { metrics } from "../http/metrics.ts";
import type { MetricsTerms } from "../http/metrics.ts";
import type { EdgeLimits } from "../http/edge-limits.ts";
import { createDrills } from "./drill/create-drills.ts";
import { appliedNow } from "./registry/applied-now.ts";
import { registryTerms } from "./registry/registry-terms.ts";
import { retiringNow } from "./registry/retiring-now.ts";
import { compareEnvironments } from "./environments/compare-environments.ts";
import { promotionTarget } from "./environments/promotion-target.ts";
import { openAlertBoard } from "./open-alerts.ts";
import type { House } from "./plug.ts";
import { retentionOf } from "./retention-of.ts";
import { acceptedSpans } from "./telemetry/accepted-spans.ts";
import { VERSION } from "../contract/version.ts";

/** What an edge is told beside its house. */
export interface EdgeTerms {
  /** Turns readiness off. */
  readonly isStopping: () => boolean;
  readonly limits?: Partial<EdgeLimits>;
  /** What Prometheus reads. */
  readonly prometheus: Pick<MetricsTerms, "metrics" | "readers">;
}

/** The HTTP edge of a house. */
export function createEdge(house: House, { isStopping, limits = {}, prometheus }: EdgeTerms): FastifyInstance {
  const { stores, gateway, environments, refusals, announcer } = house;
  const terms = adminTermsOf(house, isStopping);
  return createApp({
    gateway,
    responses: house.responses,
    announcer,
    limits,
    bodyBytes: () => gateway.settings().limits.bodyBytes,
    connectionsOfOne: () => gateway.settings().limits.connectionsPerAddress,
    refused: (code) => void refusals.set(code, (refusals.get(code) ?? 0) + 1),
    traces: { spans: stores.spans, accepted: () => acceptedSpans(environments) },
    register: (app) => {
      feedback(app, {
        ...terms,
        evaluated: (evaluation) => house.traces.evaluated(evaluation),
        heard: ({ item, at, ...subject }) => house.seriesBook.noteFeedback(subject, item, at),
      });
      metrics(app, { gateway, ...prometheus });
      admin(app, terms);
      statusPage(app, house.seeing.status);
      traces(app, { gateway, callIndex: stores.callIndex, spans: stores.spans });
      serveSite(app, house.site);
    },
  });
}

/** What the admin API is plugged into. */
function adminTermsOf(house: House, isStopping: () => boolean): AdminTerms {
  const { stores, host, gateway, environments, delivery, refusals } = house;
  return {
    gateway,
    delivery,
    calls: stores.calls,
    callIndex: stores.callIndex,
    backtests: house.backtests.desk,
    backtestStore: stores.backtests,
    feedback: stores.feedback,
    series: stores.series,
    shadows: house.shadows,
    drills: createDrills({
      delivery,
      calls: stores.calls,
      planOf: ({ endpoint, environment }) =>
        environments.known(environment)?.project.project?.endpoints.get(endpoint)?.plan ?? null,
    }),
    signer: createStoredKeySigner(stores.serverKeys, delivery.clock),
    keys: stores.keys,
    sessions: house.sessions,
    live: house.live,
    flags: stores.flags,
    alertStore: stores.alerts,
    alertOutbox: stores.alertOutbox,
    silences: stores.silences,
    alertBoard: openAlertBoard(house),
    sightings: stores.sightings,
    configuredProviders: (environment) => environments.known(environment)?.project.project?.providers ?? new Map(),
    loadKills: () => house.flagKeeper.loadKills(),
    storesOf: (environment) => environments.of(environment).stores,
    version: VERSION,
    ...registryTerms(house),
    apply: ({ main, files, dry_run, origin, again }, { actor, environment, isBound }) =>
      host.apply(
        {
          main,
          files: new Map(Object.entries(files)),
          dryRun: dry_run,
          again,
          origin: originOf(origin) ?? null,
          ...(environment !== null && { environment }),
          isBound,
        },
        actor,
      ),
    promotionTarget: (content, environment) => promotionTarget(environments, content, environment),
    parity: (from, to) => compareEnvironments({ stores, environments, delivery }, { from, to }),
    applied: async () =>
      (await stores.projects.all()).map(({ environment, appliedAt }) => ({ environment, at: appliedAt })),
    pipelines: stores.pipelines,
    retention: () => retentionOf(environments),
    storage: { kind: stores.kind, measure: () => stores.storage.measure() },
    seeing: house.seeing,
    isStopping,
    // Anybody may ask for this: the database's own words are for the admin API.
    trouble: async () => (await databaseTrouble(house))?.split(":")[0] ?? null,
    health: () => healthOf(house, refusals),
  };
}

/** Why the database is of no use at the moment, or `null`: it must answer, and what is written must arrive. */
async function databaseTrouble({ stores, gateway, delivery }: House): Promise<string | null> {
  // First what is known: one that gives up and starts again answers now and then, and says no more by it.
  const trouble = gateway.recorder.counts().trouble ?? delivery.log.counts().trouble;
  if (trouble !== null) return `the database takes no writes: ${trouble}`;
  return (await stores.ready()) ? null : "the database does not answer";
}

async function healthOf(house: House, refusals: ReadonlyMap<ErrorCode, number>): ReturnType<AdminTerms["health"]> {
  const { stores, gateway, environments, delivery } = house;
  const all = environments.all();
  const records = gateway.recorder.counts();
  const evidence = delivery.log.counts();
  const trouble = await databaseTrouble(house);
  return {
    version: VERSION,
    uptime_seconds: process.uptime(),
    in_flight: all.reduce((sum, { load }) => sum + load.inFlight, 0),
    database: { kind: stores.kind, ready: trouble === null, trouble },
    records: {
      recorded: records.recorded,
      dropped_bodies: records.droppedBodies,
      dropped_facts: records.droppedFacts,
      waiting: records.waiting,
      waiting_bytes: records.waitingBytes,
    },
    evidence: {
      written: evidence.written,
      dropped: evidence.dropped + stores.forgottenEvidence(),
      waiting: evidence.waiting,
      unobserved: delivery.observatory.unobserved(),
    },
    responses: { dropped: house.responses.dropped() },
    traces: tracesHealth(house),
    spend: house.spendKeeper.counts(),
    series: seriesHealth(house),
    alerts: await alertsHealth(house, trouble),
    meters: metersHealth(gateway),
    refused: Object.fromEntries(refusals),
    applied: (await appliedNow(stores.projects, trouble)).map((one) => lastApplyOf(one, gateway.keys)),
    retiring: retiringNow(house).map(retiringViewOf),
    pins_forgotten: all.reduce((sum, { pins }) => sum + pins.forgotten(), 0),
    resident_bytes: process.memoryUsage.rss(),
  };
}

function tracesHealth({ traces: exporter }: House): z.input<typeof healthView>["traces"] {
  const { passedOver, sentSpans, rejectedSpans, sentScores, waitingBytes, ...same } = exporter.counts();
  return {
    ...same,
    passed_over: passedOver,
    sent_spans: sentSpans,
    rejected_spans: rejectedSpans,
    sent_scores: sentScores,
    waiting_bytes: waitingBytes,
  };
}

function seriesHealth({ seriesKeeper }: House): z.input<typeof healthView>["series"] {
  const { waiting, merged, droppedCells, trouble } = seriesKeeper.counts();
  return { waiting, merged, dropped_cells: droppedCells, trouble };
}

/** Messages that are looked through. */
const MOST_MESSAGES = 200;

/** Nobody can say while the database is in trouble. */
async function alertsHealth({ stores }: House, trouble: string | null): Promise<z.input<typeof healthView>["alerts"]> {
  const waiting =
    trouble === null
      ? await stores.alertOutbox.deliveries({ waiting: true, limit: MOST_MESSAGES }).catch(() => null)
      : null;
  const oldest = waiting?.reduce((least, { createdAt }) => Math.min(least, createdAt), Number.POSITIVE_INFINITY);
  const failed = waiting?.find((message) => message.tries > 0 && message.trouble !== null);
  return {
    waiting: waiting?.length ?? null,
    since: oldest === undefined || !Number.isFinite(oldest) ? null : instantOf(oldest),
    trouble: failed === undefined ? null : `${failed.notifier}: ${failed.trouble ?? ""}`,
  };
}

function metersHealth(gateway: Gateway): z.input<typeof healthView>["meters"] {
  const { limiter, load, budgets, waiting, learned, overload } = gateway;
  const { meters: subjects, shared } = limiter.counts();
  const { calls, oldestMs } = waiting.counts();
  const estimates = waiting.lines().map(({ estimateMs: one }) => one);
  const known = estimates.filter((one) => one !== null);
  const estimateMs = estimates.length > 0 && known.length === 0 ? null : Math.max(0, ...known);
  const queue = { waiting: calls, oldest_wait_ms: oldestMs, estimated_wait_ms: estimateMs };
  return {
    limits: { subjects, refused: load.limited, shared, ...queue, learned_shared: learned.counts().shared },
    overload: overloadOf(overload.counts()),
    budgets: { ...budgets.counts(), refused: load.unpaid },
  };
}
