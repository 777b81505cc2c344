import { nameOf as pauseNameOf } from "../../domain/access/pause.ts";
import { holdWords } from "../../domain/now/hold-words.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Phase, Rollout } from "../../domain/rollout/rollout.ts";
import { provenWords } from "../../domain/now/rollout-turns.ts";
import type { Sight, Sighting } from "../../domain/alerts/sighting.ts";
import type { SightedSignalName } from "../../domain/alerts/signal.ts";
import type { TargetHealth } from "../../domain/health/target-health.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";
import type { BudgetBank } from "../../ports/budget-bank.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";

/** What a server sees. */
export interface SightTerms {
  readonly environment: () => string;
  readonly replicaId: string;
  readonly gateway: Pick<Gateway, "waiting" | "health" | "pauses" | "recorder" | "clock">;
  readonly budgets: Pick<BudgetBank, "list">;
  readonly rollouts: Pick<RolloutStore, "list">;
  readonly releases: Pick<ReleaseStore, "byId">;
  /** Users and tenants whose hour is too dear, as sights; absent is nobody. */
  readonly dearCallers?: (at: number) => Promise<readonly Sight[]>;
  /** What budgets are forecast to come to, as sights; absent is none. */
  readonly outlook?: (at: number) => Promise<readonly Sight[]>;
  readonly outbox: Pick<AlertOutbox, "deliveries">;
  /** Whether what is about the server as a whole is told here: in its own environment. */
  readonly isOwn: () => boolean;
  /** Troubles of what is written, by what cannot be written. */
  readonly troubles: () => readonly (readonly [what: string, why: string])[];
}

type Seen = Omit<Sighting, "environment" | "at">;

const MOST_SIGHTS = 500;
const MOST_ACCOUNTS = 1_000;
const MOST_ROLLOUTS = 200;
/** How long drops and rolled back rollouts are news, ms. The view of what is happening tells the latter a minute longer. */
const DROPS_MS = 5 * 60_000;
const ROLLED_BACK_MS = 59 * 60_000;
/** A model that no call may ask any more, such as that of a withdrawn candidate, is in nobody's way after as long, ms. */
const WANTED_MS = 60 * 60_000;
/** A message that waits for longer says that its notifier is in trouble, ms. */
const STUCK_MS = 2 * 60_000;

/** Makes the look of one server at one environment; it remembers how many records were dropped when. */
export function createSight(terms: SightTerms): (at: number, isLeader: boolean) => Promise<Seen> {
  let drops: readonly (readonly [at: number, count: number])[] = [];
  const droppedSince = (at: number): number => {
    const { droppedFacts, droppedBodies } = terms.gateway.recorder.counts();
    const count = droppedFacts + droppedBodies;
    drops = [...drops.filter(([then]) => then > at - DROPS_MS && then <= at), [at, count]];
    return count - (drops[0]?.[1] ?? count);
  };
  return async (at, isLeader) => {
    const sights: Sight[] = [...ownSights(terms)];
    const looked: SightedSignalName[] = ["queue-age", "queue-depth", "provider-trouble", "paused"];
    if (terms.isOwn()) {
      looked.push("drops", "telemetry-trouble");
      sights.push({ signal: "drops", subject: {}, value: droppedSince(at) });
      for (const [what, why] of terms.troubles()) {
        sights.push({ signal: "telemetry-trouble", subject: { what }, value: 1, note: why.slice(0, 300) });
      }
    }
    if (isLeader) {
      for (const look of [budgetSights, outlookSights, callerSights, rolloutSights, notifierSights]) {
        try {
          const seen = await look(terms, at);
          looked.push(...seen.looked);
          sights.push(...seen.sights);
        } catch {
          // The database is away: what it knows is not looked at now. Others tell of that trouble.
        }
      }
    }
    return { replicaId: terms.replicaId, looked: [...new Set(looked)], sights: sights.slice(0, MOST_SIGHTS) };
  };
}

function ownSights({ gateway }: SightTerms): readonly Sight[] {
  const { calls, oldestMs } = gateway.waiting.counts();
  const now = gateway.clock.elapsed();
  const isWanted = ({ wantedAt }: TargetHealth): boolean => wantedAt === null || wantedAt > now - WANTED_MS;
  const open = gateway.health.all().filter(({ health }) => health.circuit.state !== "closed" && isWanted(health));
  return [
    { signal: "queue-age", subject: {}, value: oldestMs },
    { signal: "queue-depth", subject: {}, value: calls },
    ...open.map(({ name: { provider, model } }): Sight => ({
      signal: "provider-trouble",
      subject: { provider, model },
      value: 1,
    })),
    // Who goes around a model stops no calls.
    ...gateway.pauses
      .all()
      .filter(({ subject }) => subject.type !== "model")
      .map(({ subject, reason }): Sight => ({
        signal: "paused",
        subject: { what: pauseNameOf(subject), ...(subject.type === "endpoint" && { endpoint: subject.name }) },
        value: 1,
        note: reason.slice(0, 300),
      })),
  ];
}

type Look = Pick<Seen, "looked" | "sights">;

async function budgetSights({ budgets, replicaId }: SightTerms, at: number): Promise<Look> {
  const accounts = await budgets.list(at, MOST_ACCOUNTS, replicaId);
  const sights = accounts
    .filter(({ limitPico }) => limitPico > 0n)
    .map(({ budget, subject, settledPico, limitPico }): Sight => {
      const value = Number(settledPico) / Number(limitPico);
      return { signal: "budget-share", subject: { budget, ...(subject !== "" && { account: subject }) }, value };
    });
  // The fullest first: there may be more than are told.
  return { looked: ["budget-share"], sights: sights.toSorted((one, other) => other.value - one.value).slice(0, 100) };
}

const outlookSights = async ({ outlook }: SightTerms, at: number): Promise<Look> =>
  outlook === undefined ? { looked: [], sights: [] } : { looked: ["budget-forecast"], sights: await outlook(at) };

async function callerSights({ dearCallers }: SightTerms, at: number): Promise<Look> {
  return dearCallers === undefined
    ? { looked: [], sights: [] }
    : { looked: ["user-too-dear", "tenant-too-dear"], sights: await dearCallers(at) };
}

async function rolloutSights({ rollouts, releases, environment: nameOf }: SightTerms, at: number): Promise<Look> {
  const environment = nameOf();
  const open = await rollouts.list({ environment, open: true, limit: MOST_ROLLOUTS });
  const newest = await rollouts.list({ environment, limit: MOST_ROLLOUTS });
  const held = open
    .filter(({ holds }) => holds.length > 0)
    .map(({ id, channel: { endpoint }, holds }): Sight => {
      return { signal: "rollout-held", subject: { endpoint, rollout: id }, value: 1, note: holdWords(holds) };
    });
  const back = newest.filter(
    ({ phase, endedAt, outcome }) => isBack(phase, outcome) && (endedAt ?? at) > at - ROLLED_BACK_MS,
  );
  const told = await Promise.all(
    back.map(async ({ id, channel: { endpoint }, outcome, candidate, harm, reading }): Promise<Sight> => {
      const release = await releases.byId(candidate);
      const name = release === null ? candidate : releaseName(release);
      const note = outcome === null ? name : `${name}, ${provenWords(outcome, harm, reading)}`;
      return { signal: "rollout-rolled-back", subject: { endpoint, rollout: id }, value: 1, note };
    }),
  );
  return { looked: ["rollout-held", "rollout-rolled-back"], sights: [...held, ...told] };
}

/** Whether the machine takes it back, or has. Who did it themselves need no alert. */
const isBack = (phase: Phase, outcome: Rollout["outcome"]): boolean =>
  (phase === "rolled_back" || phase === "rolling_back") && outcome !== "command";

/** A notifier that takes nothing is told of by the others. */
async function notifierSights({ outbox, environment }: SightTerms, at: number): Promise<Look> {
  const waiting = await outbox.deliveries({ environment: environment(), waiting: true, limit: 200 });
  const stuck = new Map(
    waiting
      .filter(({ createdAt, tries }) => tries > 0 && createdAt < at - STUCK_MS)
      .map(({ notifier, trouble }) => [notifier, trouble ?? "it takes no messages"]),
  );
  const sights = [...stuck].map(([notifier, why]): Sight => ({
    signal: "telemetry-trouble",
    subject: { what: `notifier ${notifier}` },
    value: 1,
    note: why.slice(0, 300),
  }));
  return { looked: ["telemetry-trouble"], sights };
}
