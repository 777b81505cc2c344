import { consoleLink } from "../../domain/alerts/console-link.ts";
import type { AlertDesk } from "../../domain/alerts/desk.ts";
import type { GroupMessage } from "../../domain/alerts/tell-groups.ts";
import { releaseName } from "../../domain/release/release.ts";
import { noticeOf } from "../../domain/rollout/notices-of.ts";
import type { NoticeEvent } from "../../domain/rollout/notice-plan.ts";
import type { Rollout, RolloutEvent } from "../../domain/rollout/rollout.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";

/** What telling of rollouts needs. */
export interface ChangeTerms {
  readonly rollouts: Pick<RolloutStore, "list" | "events">;
  readonly releases: Pick<ReleaseStore, "byId">;
  /** Names of notifiers that hear of steps. */
  readonly notifiers: readonly string[];
  readonly now: number;
  /** When somebody looked last, epoch ms; `null`: nobody yet. */
  readonly lookedAt: number | null;
  /** Where people reach this server; `null` where it does not know. */
  readonly publicUrl: string | null;
}

/** Rollouts that are looked at: those under way, and the newest. */
const MOST_OPEN = 200;
const NEWEST = 50;
/** What is older than this when somebody looks for the first time is no news, ms. */
const NEWS_MS = 60_000;
/** Events of one rollout that are read at once. */
const MOST_EVENTS = 500;

const WORDS: Readonly<Record<NoticeEvent, string>> = {
  started: "starts",
  advanced: "advances",
  held: "is held",
  approval_asked: "waits for an approval",
  promoted: "is promoted",
  rolled_back: "is rolled back",
};

/**
 * Steps of rollouts since the last time, as changes to tell of; at the first time those of the last minute. A rollout that nobody remembers, be it that
 * newer ones were deleted, is told of from about the last look on: what it did before was told then.
 */
export async function tellChanges(
  desk: AlertDesk,
  terms: ChangeTerms,
): Promise<{ readonly changes: AlertDesk["changes"]; readonly messages: readonly GroupMessage[] }> {
  const { environment } = desk;
  const { rollouts, notifiers } = terms;
  const open = await rollouts.list({ environment, open: true, limit: MOST_OPEN });
  const newest = await rollouts.list({ environment, limit: NEWEST });
  const all = [...new Map([...open, ...newest].map((each) => [each.id, each])).values()];
  const told = new Map(desk.changes);
  // A desk without a version: nobody has been told anything, and what happened long ago is no news.
  const since = desk.version === 0 ? terms.now - NEWS_MS : Number.NEGATIVE_INFINITY;
  const messages: GroupMessage[] = [];
  const changes: [string, number][] = [];
  for (const rollout of all.toSorted((one, other) => one.createdAt - other.createdAt)) {
    const known = told.get(rollout.id);
    const newsFrom = known === undefined && terms.lookedAt !== null ? terms.lookedAt - NEWS_MS : since;
    const isOld = (rollout.endedAt ?? Infinity) < newsFrom;
    const after = isOld ? rollout.seq : (known ?? -1);
    const events = rollout.seq > after ? await rollouts.events(rollout.id, after, MOST_EVENTS) : [];
    changes.push([rollout.id, Math.max(after, ...events.map(({ seq }) => seq))]);
    if (notifiers.length === 0) continue;
    for (const event of events.filter(({ at }) => at >= newsFrom))
      messages.push(...(await messagesOf({ rollout, event, environment }, terms)));
  }
  return { changes, messages };
}

async function messagesOf(
  {
    rollout,
    event,
    environment,
  }: { readonly rollout: Rollout; readonly event: RolloutEvent; readonly environment: string },
  { releases, notifiers, now, publicUrl }: ChangeTerms,
): Promise<readonly GroupMessage[]> {
  const what = noticeOf(rollout, event.fact);
  if (what === null) return [];
  const release = await releases.byId(rollout.candidate);
  const name = release === null ? rollout.candidate : releaseName(release);
  const { endpoint } = rollout.channel;
  const weight = event.fact.type === "StepEntered" ? ` to ${Number((event.fact.weight * 100).toFixed(2))} %` : "";
  const telling = {
    reason: "change",
    status: "firing",
    severity: "info",
    dedupKey: `rollward:${environment}:${rollout.id}:${event.seq}`,
    environment,
    endpoint,
    title: `${name} ${WORDS[what]}${weight}. ${event.reason}`.slice(0, 500),
    alerts: [],
    more: 0,
    at: Math.min(event.at, now),
    by: event.actor.kind === "machine" ? null : event.actor.name,
    url: consoleLink(publicUrl, `/rollouts/${rollout.id}`, environment),
  } as const;
  return notifiers.map((notifier) => ({ notifier, subject: `change ${rollout.id}`, telling }));
}
