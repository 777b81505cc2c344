import {
  acknowledgeAlert,
  backtestAlerts,
  createSilence,
  endSilence,
  listAlertRules,
  listAlerts,
  listDeliveries,
  listSilences,
  listTransitions,
  receiveAlerts,
  testNotifier,
} from "./alerts.ts";
import { listSlos } from "./slos.ts";
import { z } from "zod";
import { listBacktests, planBacktest, showBacktest, startBacktest, stopBacktest } from "./backtests.ts";
import { evictAnswer, purgeCache, showCache } from "./cache.ts";
import {
  diffCalls,
  echoCall,
  exportCalls,
  listCallLines,
  listCalls,
  replayCall,
  showCall,
  tallyCalls,
} from "./calls.ts";
import { listEndpoints, listReleases, rollbackEndpoint, showRelease } from "./endpoints.ts";
import { listFeedback, sendFeedback, sendMetrics } from "./feedback.ts";
import { liftFreeze, listFreezes, openFreeze } from "./freezes.ts";
import { decideApproval, listApprovals, listGateRuns, listNotices, tellGate } from "./gates.ts";
import { evaluateFlag, killFlag, listFlags, restoreFlag, showFlag } from "./flags.ts";
import { alive, ready, showHealth } from "./health.ts";
import {
  acknowledgeIncident,
  addActionItem,
  exportTestCases,
  finishActionItem,
  listIncidents,
  mergeIncident,
  noteIncident,
  openIncident,
  showIncident,
  showPostmortem,
  updateIncident,
  writeFindings,
} from "./incidents.ts";
import { createKey, listKeys, revokeKey } from "./keys.ts";
import { listBudgets, listLimits, releaseBudget } from "./meters.ts";
import { listProviders } from "./providers.ts";
import { showCopies } from "./copies.ts";
import { runDrill } from "./drills.ts";
import { listChanges, showNow } from "./now.ts";
import { showReport } from "./reports.ts";
import { liftPause, listPauses, openPause } from "./pauses.ts";
import { applyProject } from "./projects.ts";
import { showPromptCache } from "./prompt-cache.ts";
import { commandRollout, listRolloutEvents, listRollouts, showRollout, listToJudge } from "./rollouts.ts";
import { explainRollout, exportRollout, replayRollout, showSigningKey } from "./rollout-stories.ts";
import { showSeries } from "./series.ts";
import { listSessions, showSession } from "./sessions.ts";
import { explainSpend, forecastSpend, listSpendAnomalies, showSpend } from "./spend.ts";
import { askPlayground } from "./playground.ts";
import { showStorage } from "./storage.ts";
import { listEnvironments, showParity } from "./environments.ts";
import { reportPipeline, showPipeline } from "./pipeline.ts";
import { findPromotable, importRelease, promoteRelease } from "./promotions.ts";
import { environmentQuery } from "./environment-query.ts";
import type { ApiRoute } from "./route.ts";
import {
  evictResult,
  forgetPassages,
  forgetToolResult,
  keepPassages,
  keepToolResult,
  lookUpPassages,
  lookUpToolResult,
  openResults,
  purgeResults,
  showResults,
} from "./results.ts";
import { reportRouting } from "./routing.ts";
import { showTrace } from "./traces.ts";
import {
  closeConsoleSession,
  createConsoleLink,
  followLive,
  listConsoleSessions,
  openConsoleSession,
  revokeConsoleSession,
  showConsoleSession,
} from "./console.ts";
import { findDrift } from "./drift.ts";
import { listUses, listVersions, showLineage, showMatrix, showVersion } from "./versions.ts";
import { diffReleasesRoute } from "./release-diff.ts";

/** Every address of the admin API by its operation name. */
export const ROUTES = {
  alive,
  ready,
  showHealth,
  showNow,
  listChanges,
  listIncidents,
  showIncident,
  openIncident,
  updateIncident,
  noteIncident,
  acknowledgeIncident,
  mergeIncident,
  writeFindings,
  addActionItem,
  finishActionItem,
  showPostmortem,
  exportTestCases,
  showReport,
  listEndpoints,
  listReleases,
  showRelease,
  rollbackEndpoint,
  listRollouts,
  showRollout,
  listRolloutEvents,
  commandRollout,
  listApprovals,
  decideApproval,
  tellGate,
  listGateRuns,
  listNotices,
  listFreezes,
  openFreeze,
  liftFreeze,
  explainRollout,
  replayRollout,
  exportRollout,
  showSigningKey,
  showCopies,
  runDrill,
  planBacktest,
  startBacktest,
  stopBacktest,
  listBacktests,
  showBacktest,
  reportRouting,
  listCalls,
  showTrace,
  showCall,
  listCallLines,
  tallyCalls,
  exportCalls,
  diffCalls,
  replayCall,
  echoCall,
  listSessions,
  showSession,
  sendFeedback,
  sendMetrics,
  listFeedback,
  listToJudge,
  showCache,
  evictAnswer,
  purgeCache,
  showPromptCache,
  showResults,
  purgeResults,
  evictResult,
  openResults,
  lookUpToolResult,
  keepToolResult,
  forgetToolResult,
  lookUpPassages,
  keepPassages,
  forgetPassages,
  listLimits,
  listProviders,
  listBudgets,
  releaseBudget,
  listKeys,
  createKey,
  revokeKey,
  listPauses,
  openPause,
  liftPause,
  listAlerts,
  listAlertRules,
  listTransitions,
  acknowledgeAlert,
  listSilences,
  createSilence,
  endSilence,
  listDeliveries,
  testNotifier,
  backtestAlerts,
  receiveAlerts,
  listSlos,
  listFlags,
  showFlag,
  evaluateFlag,
  killFlag,
  restoreFlag,
  showSeries,
  showSpend,
  explainSpend,
  forecastSpend,
  askPlayground,
  showStorage,
  listSpendAnomalies,
  applyProject,
  listEnvironments,
  showParity,
  findPromotable,
  promoteRelease,
  importRelease,
  showPipeline,
  reportPipeline,
  findDrift,
  listVersions,
  showVersion,
  listUses,
  showLineage,
  showMatrix,
  diffReleases: diffReleasesRoute,
  openConsoleSession,
  showConsoleSession,
  closeConsoleSession,
  listConsoleSessions,
  revokeConsoleSession,
  createConsoleLink,
  followLive,
} as const satisfies Record<string, ApiRoute>;

/** The body of every error of the server. */
export const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
    help: z.string(),
    call_id: z.string(),
  }),
});

/** The OpenAPI 3.1 document of the admin API. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [operationId, route] of Object.entries(ROUTES) as [string, ApiRoute][]) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(operationId, route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Rollward admin API", version, license: { name: "Apache-2.0" } },
    paths,
    components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  };
}

function operation(operationId: string, route: ApiRoute): object {
  return {
    operationId,
    summary: route.summary,
    security: route.access === "open" ? [] : [{ key: [] }],
    parameters: [
      ...parameters(route.params, "path"),
      ...parameters(route.query, "query"),
      ...(route.perEnvironment !== false ? parameters(environmentQuery, "query") : []),
    ],
    ...(route.body === null ? {} : { requestBody: { required: true, content: json(route.body, "input") } }),
    responses: {
      "200": { description: "Done", content: json(route.answer, "output") },
      default: { description: "An error", content: json(errorBody, "output") },
    },
  };
}

function parameters(schema: z.ZodObject, place: "path" | "query"): object[] {
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path",
    schema: schemaOf(field, "input"),
  }));
}

const json = (schema: z.ZodType, io: "input" | "output"): object => ({
  "application/json": { schema: schemaOf(schema, io) },
});

function schemaOf(schema: z.core.$ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
