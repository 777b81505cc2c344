import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { reportRouting } from "../../contract/routing.ts";
import type { routingReportView } from "../../contract/routing.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Release } from "../../domain/release/release.ts";
import { releaseName } from "../../domain/release/release.ts";
import { ALPHA } from "../../domain/routing/report/estimate.ts";
import { comparisonWords, verdictWords } from "../../domain/routing/report/report-words.ts";
import { routedSessions } from "../../domain/routing/report/routed-session.ts";
import type { RoutedCall } from "../../domain/routing/report/routed-session.ts";
import { routingReport } from "../../domain/routing/report/routing-report.ts";
import type { RoutingReport } from "../../domain/routing/report/routing-report.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Most calls that a report looks at, the newest: it is made while calls are served. */
export const MOST_CALLS = 50_000;
/** Calls that are read at once. */
const PAGE = 500;

/** What routing is worth. */
export function routing(app: FastifyInstance, admin: AdminTerms): void {
  serveRoute(app, { gateway: admin.gateway, route: reportRouting }, async ({ params, query, environment, gateway }) => {
    const release = await releaseOf({ ...admin, gateway }, params.endpoint, query.release);
    const policy = release.content.policies.routing;
    if (policy === undefined) throw new RollwardError("routing_not_configured", { release: releaseName(release) });
    const since = query.since === undefined ? null : Date.parse(query.since);
    const { calls, isCut } = await routedCalls(admin.calls, { release, environment, since, keyId: query.key ?? null });
    const report = routingReport(policy, routedSessions(calls));
    return viewOf(report, { release, since, isCut });
  });
}

async function releaseOf(
  { gateway, delivery }: AdminTerms,
  endpoint: string,
  number: number | undefined,
): Promise<Release> {
  if (number === undefined) return requireEndpoint(gateway.routes, endpoint).stable;
  const release = await delivery.releases.byNumber(endpoint, number);
  if (release === null) throw new RollwardError("release_not_found", { release: `${endpoint}@${number}` });
  return release;
}

interface Wanted {
  readonly release: Release;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly since: number | null;
  /** `null` is all keys. */
  readonly keyId: string | null;
}

/** Page by page and newest first, so that nobody waits long for the store; only what the report needs is kept. */
async function routedCalls(
  store: CallStore,
  { release, environment, since, keyId: wanted }: Wanted,
): Promise<{ readonly calls: readonly RoutedCall[]; readonly isCut: boolean }> {
  const calls: RoutedCall[] = [];
  let before: string | null = null;
  for (let seen = 0; seen < MOST_CALLS; seen += PAGE) {
    const page = await store.list({
      endpoint: release.endpoint,
      environment,
      release: releaseName(release),
      ...(since !== null && { since }),
      ...(before !== null && { before }),
      limit: PAGE,
    });
    for (const {
      id,
      keyId,
      session,
      outcome,
      costPico,
      totalMs,
      routing: fact,
      findings,
      attempts,
      arm,
      backtest,
    } of page) {
      if (arm === "shadow" || backtest !== undefined) continue;
      if (fact === undefined || (wanted !== null && keyId !== wanted)) continue;
      const part = { id, keyId, session, outcome, costPico, totalMs, routing: fact, attempts };
      calls.push(findings === undefined ? part : { ...part, findings });
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return { calls, isCut: false };
    before = last.id;
  }
  return { calls, isCut: true };
}

interface Frame {
  readonly release: Release;
  readonly since: number | null;
  readonly isCut: boolean;
}

function viewOf(report: RoutingReport, { release, since, isCut }: Frame): z.input<typeof routingReportView> {
  const [routed] = report.rows;
  return {
    endpoint: release.endpoint,
    release: releaseName(release),
    since: since === null ? null : instantOf(since),
    strategy: report.strategy,
    explore: report.explore,
    calls: report.calls,
    sessions: report.sessions,
    explored: report.explored,
    is_cut: isCut,
    confidence: 1 - ALPHA,
    policies: [
      ...report.rows.map(({ policy, sessions, quality, costUsd, latencyMs }) => ({
        policy,
        sessions,
        quality,
        cost_usd: costUsd,
        latency_ms: latencyMs,
      })),
      ...report.comparisons.map(({ control, quality }) => ({
        policy: control === "random" ? "random at the same cost" : "length only at the same cost",
        sessions: null,
        quality,
        cost_usd: quality === null ? null : (routed?.costUsd ?? null),
        latency_ms: null,
      })),
    ],
    comparisons: report.comparisons.map((one) => ({
      control: one.control,
      gain: one.gain,
      dear_share: one.dearShare,
      verdict: one.verdict,
      needed: one.needed,
      words: comparisonWords(one),
    })),
    verdict: report.verdict,
    needed: report.needed,
    words: verdictWords(report),
  };
}
