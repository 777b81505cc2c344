import type { Change } from "../../domain/changes/change.ts";
import type { Incident, IncidentRecovery } from "../../domain/incidents/incident.ts";
import { lastEnd } from "../../domain/incidents/follow-alerts.ts";
import { likelyCause } from "../../domain/incidents/likely-cause.ts";
import { timelineOf, TIMELINE_BEFORE_MS } from "../../domain/incidents/timeline-of.ts";
import type { TimelineEntry } from "../../domain/incidents/timeline-of.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { ChangesDesk } from "../now/changes-desk.ts";
import { gatherReach } from "../now/gather-reach.ts";
import type { Recoveries } from "../now/recoveries.ts";
import type { Reach, ReachSources } from "../now/gather-reach.ts";
import { readFailing } from "../now/tell-trouble.ts";

/** What an incident's story is made from. */
export interface IncidentSources extends ReachSources {
  readonly incidents: Pick<IncidentStore, "events">;
  readonly changes: ChangesDesk;
  readonly recoveries: Pick<Recoveries, "find">;
  readonly clock: Clock;
}

/** What the records say of an incident. */
export interface IncidentStory {
  readonly timeline: readonly TimelineEntry[];
  readonly reach: Reach;
  /** `null` where nothing can have caused it, or nothing shows that there is a trouble. */
  readonly cause: Change | null;
  /** Since when its calls are well, and what mended them; `null` while they fail, and where it is about something else. */
  readonly recovered: IncidentRecovery | null;
}

const HOUR_MS = 3_600_000;

/** What fails shows within so many ms of the beginning; later failures may be of another kind. */
const FAILING_MS = 10 * 60_000;
/** What changed so long after it was well belongs to the story still, ms. */
const AFTERWARDS_MS = 30 * 60_000;

/** Works an incident's story out of the records of the time: nothing of it is kept twice. */
export async function tellIncident(sources: IncidentSources, incident: Incident): Promise<IncidentStory> {
  const { environment, startedAt, resolvedAt, endpoints, id } = incident;
  const now = sources.clock.now();
  const recovered = await recoveryFor(sources, incident);
  const until = Math.max(startedAt, recovered?.at ?? harmUntil(incident, now));
  const told = Math.min(resolvedAt ?? now, recovered === null ? now : recovered.at + AFTERWARDS_MS);
  const [events, changes, reach, failing] = await Promise.all([
    sources.incidents.events(id),
    sources.changes.list({ environment, since: startedAt - HOUR_MS, until: Math.max(startedAt, told) + 1 }),
    gatherReach(sources, { environment, endpoints, since: startedAt, until, now }),
    readFailing(sources.series, {
      environment,
      endpoints,
      since: startedAt,
      until: Math.min(until, startedAt + FAILING_MS),
    }),
  ]);
  const near = changes.filter(({ at }) => at >= startedAt - TIMELINE_BEFORE_MS);
  // Where no call failed and no alert fired there is nothing that a change can have caused.
  const isTrouble = incident.alerts.length > 0 || (reach.failed ?? 0) > 0;
  const cause = isTrouble ? likelyCause(changes, { startedAt, endpoints, failing }) : null;
  return { timeline: timelineOf(incident, events, near), reach, cause, recovered };
}

/** As it was noted; what nobody has noted yet, or in earlier versions, is worked out from what is kept. */
async function recoveryFor({ recoveries }: IncidentSources, incident: Incident): Promise<IncidentRecovery | null> {
  const { environment, endpoints, startedAt, recovered = null, alerts } = incident;
  if (recovered !== null || !alerts.some(isOfFailing)) return recovered;
  const found = await recoveries.find({ environment, endpoints, startedAt });
  return found.state === "well" ? found.recovery : null;
}

/** Of alerts that were kept before that was noted nobody knows: where calls failed they show it. */
const isOfFailing = ({ isOfFailures, provider, rollout }: Incident["alerts"][number]): boolean =>
  isOfFailures ?? (provider === null && rollout === undefined);

/** When it ended for users: with the last of its alerts, or with a person's word. */
function harmUntil({ alerts, resolvedAt }: Incident, now: number): number {
  const ofTrouble = alerts.filter(({ rollout }) => rollout === undefined);
  const isOver = ofTrouble.length > 0 && ofTrouble.every(({ endedAt }) => endedAt !== null);
  return Math.min(resolvedAt ?? now, isOver ? lastEnd(ofTrouble) : now);
}
