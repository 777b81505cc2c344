import type { Change } from "../../domain/changes/change.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import { lastEnd } from "../../domain/incidents/follow-alerts.ts";
import { likelyCause } from "../../domain/incidents/likely-cause.ts";
import { timelineOf, TIMELINE_BEFORE_MS } from "../../domain/incidents/timeline-of.ts";
import type { TimelineEntry } from "../../domain/incidents/timeline-of.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { ChangesDesk } from "../now/changes-desk.ts";
import { gatherReach } from "../now/gather-reach.ts";
import type { Reach, ReachSources } from "../now/gather-reach.ts";
import { readFailing } from "../now/tell-trouble.ts";

/** What an incident's story is made from. */
export interface IncidentSources extends ReachSources {
  readonly incidents: Pick<IncidentStore, "events">;
  readonly changes: ChangesDesk;
  readonly clock: Clock;
}

/** What the records say of an incident. */
export interface IncidentStory {
  readonly timeline: readonly TimelineEntry[];
  readonly reach: Reach;
  readonly cause: Change | null;
}

const HOUR_MS = 3_600_000;

/** What fails shows within so many ms of the beginning; later failures may be of another kind. */
const FAILING_MS = 10 * 60_000;

/** Works an incident's story out of the records of the time: nothing of it is kept twice. */
export async function tellIncident(sources: IncidentSources, incident: Incident): Promise<IncidentStory> {
  const { environment, startedAt, resolvedAt, endpoints, id } = incident;
  const now = sources.clock.now();
  const until = Math.max(startedAt, harmUntil(incident, now));
  const [events, changes, reach, failing] = await Promise.all([
    sources.incidents.events(id),
    sources.changes.list({ environment, since: startedAt - HOUR_MS, until: (resolvedAt ?? now) + 1 }),
    gatherReach(sources, { environment, endpoints, since: startedAt, until, now }),
    readFailing(sources.series, {
      environment,
      endpoints,
      since: startedAt,
      until: Math.min(until, startedAt + FAILING_MS),
    }),
  ]);
  const told = changes.filter(({ at }) => at >= startedAt - TIMELINE_BEFORE_MS);
  const cause = likelyCause(changes, { startedAt, endpoints, failing });
  return { timeline: timelineOf(incident, events, told), reach, cause };
}

/** When it ended for users: with the last of its alerts, or with a person's word. */
function harmUntil({ alerts, resolvedAt }: Incident, now: number): number {
  const ofTrouble = alerts.filter(({ rollout }) => rollout === undefined);
  const isOver = ofTrouble.length > 0 && ofTrouble.every(({ endedAt }) => endedAt !== null);
  return Math.min(resolvedAt ?? now, isOver ? lastEnd(ofTrouble) : now);
}
