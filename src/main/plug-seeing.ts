import { statfs } from "node:fs/promises";
import { loadProject } from "../config/load.ts";
import { projectChanges } from "../config/project-changes.ts";
import type { ReadProject } from "../config/project-changes.ts";
import type { ChangeBook } from "../domain/changes/change-book.ts";
import type { ServedBook } from "../domain/changes/served-book.ts";
import { DEFAULT_INCIDENT_POLICY } from "../domain/incidents/follow-alerts.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { SeeingTerms } from "../http/admin/admin-terms.ts";
import { IncidentDesk } from "../jobs/incidents/incident-desk.ts";
import { IncidentWatch } from "../jobs/incidents/watch-incidents.ts";
import { ChangesDesk } from "../jobs/now/changes-desk.ts";
import { NowDesk } from "../jobs/now/now-desk.ts";
import type { TelemetryCheck } from "../jobs/now/now-sources.ts";
import { Recoveries } from "../jobs/now/recoveries.ts";
import { ProviderWatch } from "../jobs/now/provider-watch.ts";
import { gatherReport } from "../jobs/reports/gather-report.ts";
import { ReportSender } from "../jobs/reports/send-reports.ts";
import type { Notifiers } from "../ports/notifier.ts";
import { StatusBoard } from "../jobs/status/status-board.ts";
import type { CallRecorder } from "../ports/call-recorder.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { AppliedProject } from "../ports/project-store.ts";
import type { EnvironmentRegistry } from "./environments/environment-registry.ts";
import { filesOf } from "./environments/project-files.ts";
import type { SeriesKeeper } from "./keep-series.ts";
import type { Stores } from "./stores.ts";

/** Where one looks at three in the morning, and what watches meanwhile. */
export interface Seeing extends SeeingTerms {
  readonly providers: ProviderWatch;
  readonly incidentWatch: IncidentWatch;
  /** What the public sees. */
  readonly status: StatusBoard;
  /** Sends the reports of weeks and months. */
  readonly reportSender: ReportSender;
}

/** What seeing is plugged into. */
export interface SeeingGround {
  readonly stores: Stores;
  readonly environments: EnvironmentRegistry;
  readonly delivery: Delivery;
  readonly gateway: { readonly recorder: Pick<CallRecorder, "counts"> };
  readonly seriesKeeper: Pick<SeriesKeeper, "counts">;
  readonly served: ServedBook;
  /** What servers noticed and did. */
  readonly noted: ChangeBook;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly announcer: Announcer;
  readonly notifiers: Pick<Notifiers, "tell">;
  /** Where the embedded database lives; `null` where it is on another machine or in memory. */
  readonly dataDir: string | null;
  /** Where people reach this server; `null` where it does not know. */
  readonly publicUrl: string | null;
}

/** Plugs together what shows what is happening. Nothing runs yet. */
export function plugSeeing(ground: SeeingGround): Seeing {
  const { stores, environments, clock, ids, announcer, served, noted } = ground;
  const boards = () =>
    environments.environments().map(({ name, gateway }) => ({ environment: name(), health: gateway.health }));
  const providers = new ProviderWatch({ changes: stores.changes, boards, served, noted, clock, announcer });
  const changes = new ChangesDesk({
    ...stores,
    pausesOf: (environment) => environments.of(environment).stores.pauses,
    pathsOf: changedPaths,
    nameOfKey: (id) => environments.of(environments.own).gateway.keys.byId(id)?.name ?? null,
    own: () => environments.own,
    clock,
  });
  const recoveries = new Recoveries({ ...stores, changes, clock });
  const now = new NowDesk({
    ...stores,
    environments,
    changes,
    recoveries,
    away: (environment) => providers.away(environment),
    rules: (environment) => environments.known(environment)?.project.project?.alerts ?? { rules: [], slos: [] },
    telemetry: () => telemetryOf(ground),
    trouble: () => databaseTrouble(ground),
    isResolvable: (release, environment) => ground.delivery.isResolvable(release, environment),
    clock,
  });
  const desk = new IncidentDesk({ incidents: stores.incidents, clock, ids });
  const status = new StatusBoard({
    now,
    incidents: stores.incidents,
    settings: () => environments.of(environments.own).project.project?.statusPage ?? null,
    environment: () => environments.own,
    clock,
  });
  const incidents = { store: stores.incidents, desk, sources: { ...stores, changes, recoveries, clock } };
  const incidentWatch = watchOf(ground, desk, recoveries);
  return { now, changes, noted, incidents, providers, incidentWatch, status, ...reportsOf(ground, changes) };
}

/** Opens incidents from alerts. */
function watchOf(
  { stores, environments, delivery, clock, announcer }: SeeingGround,
  desk: IncidentDesk,
  recoveries: Recoveries,
): IncidentWatch {
  return new IncidentWatch({
    alerts: stores.alerts,
    incidents: stores.incidents,
    desk,
    policy: (environment) => environments.known(environment)?.project.project?.incidents ?? DEFAULT_INCIDENT_POLICY,
    rule: (environment, name) =>
      environments.known(environment)?.project.project?.alerts.rules.find((rule) => rule.name === name),
    clock,
    announcer,
    recoveries,
    isLeader: () => delivery.replicas.isLeader,
  });
}

/** Makes reports, and sends them to whom the projects name. */
function reportsOf(
  { stores, environments, delivery, clock, announcer, notifiers, publicUrl }: SeeingGround,
  changes: ChangesDesk,
): Pick<Seeing, "report" | "reportSender"> {
  const sources = {
    ...stores,
    budgetsOf: (name: string) => environments.of(name).stores.budgets,
    replicaId: delivery.replicas.replicaId,
    nameOfRelease: (id: string) => changes.rollouts.nameOf(id),
    clock,
  };
  const report: Seeing["report"] = (environment, period) => gatherReport(sources, environment, period);
  const readers = () =>
    environments
      .environments()
      .flatMap(({ name, project: { project } }) =>
        project === null
          ? []
          : [{ environment: name(), reports: project.reports, notifiers: project.alerts.notifiers }],
      );
  const isLeader = (): boolean => delivery.replicas.isLeader;
  const log = stores.reports;
  const sending = { log, readers, report, notifiers, publicUrl, clock, announcer, isLeader };
  return { report, reportSender: new ReportSender(sending) };
}

/** Paths of rollward.yaml and of prompts in which two projects differ; `null` where one cannot be read any more. */
function changedPaths(before: AppliedProject, after: AppliedProject): readonly string[] | null {
  const [one, other] = [readProject(before), readProject(after)];
  if (one === null || other === null) return null;
  const settings = projectChanges(one, other).map(({ path }) => path);
  const names = new Set([...one.files.files.keys(), ...other.files.files.keys()]);
  const files = [...names].filter(
    (name) =>
      name !== one.files.main && name !== other.files.main && one.files.files.get(name) !== other.files.files.get(name),
  );
  return [...settings, ...files];
}

function readProject(applied: AppliedProject): ReadProject | null {
  const files = filesOf(applied);
  const loaded = loadProject(files, applied.environment);
  return loaded.ok ? { files, project: loaded.project } : null;
}

/** Why the database is of no use at the moment, or `null`: it must answer, and what is written must arrive. */
async function databaseTrouble({ stores, gateway, delivery }: SeeingGround): Promise<string | null> {
  const trouble = gateway.recorder.counts().trouble ?? delivery.log.counts().trouble;
  if (trouble !== null) return "it takes no writes";
  return (await stores.ready()) ? null : "it does not answer";
}

/** A line that grows longer than this says that writing does not keep up, calls. */
const LONG_LINE = 5_000;
/** Below this share of a disk it will soon be full. */
const LOW_DISK = 0.1;
const FULL_DISK = 0.03;

/** Whether what is shown can be trusted: what waits to be written, what was lost, and how much room is left. */
async function telemetryOf(ground: SeeingGround): Promise<readonly TelemetryCheck[]> {
  const { gateway, delivery, seriesKeeper, stores } = ground;
  const records = gateway.recorder.counts();
  const evidence = delivery.log.counts();
  const series = seriesKeeper.counts();
  const dropped = records.droppedFacts + records.droppedBodies;
  const lostEvidence = evidence.dropped + stores.forgottenEvidence();
  const trouble = await databaseTrouble(ground);
  const damaged = await stores.callIndex.damaged().catch(() => 0);
  return [
    { check: "database", state: trouble === null ? "ok" : "failing", detail: trouble ?? "it answers" },
    withDamaged(lineCheck("records", { waiting: records.waiting, dropped, trouble: records.trouble }), damaged),
    lineCheck("evidence", { waiting: evidence.waiting, dropped: lostEvidence, trouble: evidence.trouble }),
    lineCheck("series", { waiting: series.waiting, dropped: series.droppedCells, trouble: series.trouble }),
    await diskCheck(ground.dataDir),
  ];
}

interface Line {
  readonly waiting: number;
  readonly dropped: number;
  readonly trouble: string | null;
}

function lineCheck(check: "records" | "evidence" | "series", { waiting, dropped, trouble }: Line): TelemetryCheck {
  if (trouble !== null) return { check, state: "failing", detail: `cannot be written; ${waiting} wait` };
  const detail = `${waiting} wait, ${dropped} were dropped since the start`;
  return { check, state: dropped > 0 || waiting > LONG_LINE ? "warning" : "ok", detail };
}

/** Packs of recorded calls that cannot be read: what they hold is in no list and no search. */
function withDamaged(check: TelemetryCheck, damaged: number): TelemetryCheck {
  if (damaged === 0) return check;
  const words = damaged === 1 ? "a pack of recorded calls is" : `${damaged} packs of recorded calls are`;
  return {
    ...check,
    state: check.state === "ok" ? "warning" : check.state,
    detail: `${check.detail}; ${words} damaged on the disk, and the calls in it are found by no search`,
  };
}

async function diskCheck(dataDir: string | null): Promise<TelemetryCheck> {
  if (dataDir === null)
    return { check: "disk", state: "unknown", detail: "the database is not on this machine's disk" };
  try {
    const { bavail, blocks, bsize } = await statfs(dataDir);
    const free = bavail / blocks;
    const detail = `${((bavail * bsize) / 1e9).toFixed(1)} GB free (${Math.round(100 * free)} %)`;
    return { check: "disk", state: free < FULL_DISK ? "failing" : free < LOW_DISK ? "warning" : "ok", detail };
  } catch {
    return { check: "disk", state: "unknown", detail: "it cannot be asked" };
  }
}
