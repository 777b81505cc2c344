import type { FastifyInstance } from "fastify";
import type { z } from "zod";
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
} from "../../contract/incidents.ts";
import type { incidentView } from "../../contract/incidents.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Findings, Incident, IncidentFact } from "../../domain/incidents/incident.ts";
import { writePostmortem } from "../../domain/incidents/write-postmortem.ts";
import { tellIncident } from "../../jobs/incidents/tell-incident.ts";
import { testCasesOf } from "../../jobs/incidents/test-cases.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { incidentSummaryOf, incidentViewOf, testCaseViewOf } from "./incident-view-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";
import { updatesOf } from "./updates-of.ts";

/** Incidents: list, show, open, and everything that is said and done about them. */
export function incidents(app: FastifyInstance, { gateway, seeing, calls }: AdminTerms): void {
  const { desk, sources, store } = seeing.incidents;
  const shown = async (incident: Incident): Promise<z.input<typeof incidentView>> =>
    incidentViewOf(incident, await tellIncident(sources, incident));

  serveRoute(app, { gateway, route: listIncidents }, async ({ query, environment }) => {
    const { endpoint, before, open, limit } = query;
    const found = await store.list({
      environment,
      open,
      limit,
      ...(endpoint !== undefined && { endpoint }),
      ...(before !== undefined && { before }),
    });
    return { data: found.map((incident) => incidentSummaryOf(incident)) };
  });

  serveRoute(app, { gateway, route: showIncident }, async ({ params, environment }) =>
    shown(await desk.find({ id: params.incident, environment })),
  );

  serveRoute(app, { gateway, route: openIncident }, async ({ body, key, environment, gateway: own }) => {
    for (const endpoint of body.endpoints) requireEndpoint(own.routes, endpoint, "endpoints");
    const { title, impact, endpoints } = body;
    const startedAt = body.started_at === undefined ? gateway.clock.now() : Date.parse(body.started_at);
    const fact = { type: "Opened", environment, title, impact, endpoints, startedAt, alerts: [] } as const;
    const opened = await desk.open(fact, actorOf(key));
    if (opened === null) throw new RollwardError("incident_conflict", { incident: "new", reason: "try again" });
    const { note } = body;
    if (note === undefined) return shown(opened);
    const wish = { id: opened.id, environment, actor: actorOf(key) };
    return shown(await desk.change(wish, () => [{ type: "Noted", text: note, at: gateway.clock.now() }]));
  });

  changeIncidents(app, { gateway, seeing }, shown);
  learnFromIncidents(app, { gateway, seeing }, shown);

  serveRoute(app, { gateway, route: showPostmortem }, async ({ params, environment }) => {
    const incident = await desk.find({ id: params.incident, environment });
    const story = await tellIncident(sources, incident);
    const markdown = writePostmortem({ incident, ...story, now: gateway.clock.now() });
    return { incident: incident.id, markdown };
  });

  serveRoute(app, { gateway, route: exportTestCases }, async ({ params, environment }) => {
    const incident = await desk.find({ id: params.incident, environment });
    return { data: (await testCasesOf(calls, incident)).map(testCaseViewOf) };
  });
}

type Shown = (incident: Incident) => Promise<z.input<typeof incidentView>>;

/** What people say and do about an incident. */
function changeIncidents(
  app: FastifyInstance,
  { gateway, seeing }: Pick<AdminTerms, "gateway" | "seeing">,
  shown: Shown,
): void {
  const { desk } = seeing.incidents;
  const { clock } = gateway;

  serveRoute(app, { gateway, route: updateIncident }, async ({ params, body, key, environment, gateway: own }) => {
    for (const endpoint of body.endpoints ?? []) requireEndpoint(own.routes, endpoint, "endpoints");
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(await desk.change(wish, (incident) => updatesOf(incident, body)));
  });

  serveRoute(app, { gateway, route: noteIncident }, async ({ params, body, key, environment }) => {
    const at = body.at === undefined ? clock.now() : Date.parse(body.at);
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(await desk.change(wish, () => [{ type: "Noted", text: body.note, at }]));
  });

  serveRoute(app, { gateway, route: acknowledgeIncident }, async ({ params, key, environment }) => {
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(
      await desk.change(wish, ({ acknowledged }) => (acknowledged === null ? [{ type: "Acknowledged" }] : [])),
    );
  });

  serveRoute(app, { gateway, route: mergeIncident }, async ({ params, body, key, environment }) => {
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(await desk.merge(wish, body.into));
  });
}

/** What people found out, and what is to be done. */
function learnFromIncidents(
  app: FastifyInstance,
  { gateway, seeing }: Pick<AdminTerms, "gateway" | "seeing">,
  shown: Shown,
): void {
  const { desk } = seeing.incidents;

  serveRoute(app, { gateway, route: writeFindings }, async ({ params, body, key, environment }) => {
    const { trigger, root_causes: rootCauses, went_well: wentWell, went_badly: wentBadly, by_luck: byLuck } = body;
    const findings: Partial<Findings> = {
      ...(trigger !== undefined && { trigger }),
      ...(rootCauses !== undefined && { rootCauses }),
      ...(wentWell !== undefined && { wentWell }),
      ...(wentBadly !== undefined && { wentBadly }),
      ...(byLuck !== undefined && { byLuck }),
    };
    const fact: IncidentFact = { type: "FindingsWritten", findings };
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(await desk.change(wish, () => (Object.keys(findings).length === 0 ? [] : [fact])));
  });

  serveRoute(app, { gateway, route: addActionItem }, async ({ params, body, key, environment }) => {
    const { text, owner = null, due = null, call = null } = body;
    const action = { id: gateway.ids.next("act"), text, owner, due, doneAt: null, call };
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(await desk.change(wish, () => [{ type: "ActionAdded", action }]));
  });

  serveRoute(app, { gateway, route: finishActionItem }, async ({ params, key, environment }) => {
    const wish = { id: params.incident, environment, actor: actorOf(key) };
    return shown(
      await desk.change(wish, ({ actions }) => {
        const action = actions.find(({ id }) => id === params.action);
        if (action === undefined) {
          throw new RollwardError("invalid_request", { reason: `It has no action ${params.action}.`, param: "action" });
        }
        return action.doneAt === null ? [{ type: "ActionDone", action: action.id }] : [];
      }),
    );
  });
}
