import { replayEvidence } from "../../../src/delivery/restore.ts";
import { Evidence, hashReading, mergeEvidence } from "../../../src/domain/evidence/running-evidence.ts";
import { bakeShares } from "../../../src/domain/rollout/bake-weight.ts";
import { isTerminal } from "../../../src/domain/rollout/rollout.ts";
import type { Rollout } from "../../../src/domain/rollout/rollout.ts";
import type { JournalBatch } from "../../../src/ports/evidence-journal.ts";
import { currentOf } from "./chronicle.ts";
import type { Look, Told } from "./chronicle.ts";
import { must, mustEqual } from "./invariant.ts";
import type { Invariant } from "./invariant.ts";

/** Of no arm can more sessions have come to an end than were drawn for it, on whatever replica one asks. */
function countsOnce({ world, rollouts }: Look): void {
  for (const { id } of rollouts) {
    const drawn = world.served.filter(({ evidenceOf, isDrawn }) => isDrawn && evidenceOf === id);
    for (const { isAlive, delivery, replicaId } of world.replicas) {
      const sessions = isAlive ? delivery.observatory.ledger(id)?.reading().sessions : undefined;
      for (const arm of ["stable", "candidate"] as const) {
        const most = drawn.filter((one) => one.arm === arm).length;
        must(
          (sessions?.[arm] ?? 0) <= most,
          `${replicaId} counts ${sessions?.[arm]} of ${most} ${arm} sessions of ${id}`,
        );
      }
    }
  }
}

function evidenceIsOfThisRollout(look: Look): void {
  countsOnce(look);
  const { rollouts } = look;
  for (const told of rollouts) {
    const { id, state, freshBatches, batches } = told;
    const drawn = batches.reduce(
      (sum, { entries }) => sum + entries.filter(({ type }) => type === "assigned").length,
      0,
    );
    const counted = state.reading?.sessions ?? { stable: 0, candidate: 0 };
    // The last entries of a killed process are in its evidence and not in the journal; they are of this rollout too.
    must(
      drawn > 0 || counted.stable + counted.candidate === 0 || state.startedAt !== null,
      `${id} had evidence before it started`,
    );
    const weights = weightsOf(told);
    for (const { entries } of freshBatches) {
      for (const entry of entries) {
        if (entry.type !== "assigned") continue;
        const { epoch, weight, rolloutId } = entry.assignment;
        mustEqual(rolloutId, id, "the rollout of an assignment");
        mustEqual(weight, weights.get(epoch), `weight of a session of ${id} in epoch ${epoch}`);
      }
    }
  }
}

/** Windows of this world have one turn, so a session is what the call came to that began first; one that was lost says nothing of it. */
function firstCallCounts({ world, rollouts }: Look): void {
  for (const { id, batches, freshBatches } of rollouts) {
    for (const { replicaId, entries } of freshBatches) {
      const finals = entries.filter((entry) => entry.type === "final");
      if (finals.length === 0) continue;
      const units = new Map(
        batches.flatMap((batch) =>
          batch.replicaId !== replicaId
            ? []
            : batch.entries.flatMap((entry) =>
                entry.type === "assigned" ? [[entry.order, entry.assignment.session] as const] : [],
              ),
        ),
      );
      for (const { order, outcome } of finals) {
        const unit = units.get(order);
        if (unit === undefined || outcome.failure === "lost") continue;
        const hasFailed = world.calls.hasFirstFailed({ replicaId, rolloutId: id, unit });
        mustEqual(hasFailed, outcome.failure !== null, `whether the first call of ${unit} in ${id} had failed`);
      }
    }
  }
}

/** The weight of the candidate in every epoch in which the log lets lots be drawn. */
function weightsOf({ events, state: { plan } }: Told): ReadonlyMap<number, number> {
  return new Map(
    events.flatMap(({ fact }): (readonly [number, number])[] => {
      if (fact.type === "StepEntered") return [[fact.epoch, fact.weight]];
      const isBaking = fact.type === "StablePointerMoved" || (fact.type === "PinsDrained" && fact.epoch !== undefined);
      return isBaking && fact.epoch !== undefined ? [[fact.epoch, bakeShares(plan)?.weight ?? 1]] : [];
    }),
  );
}

function sessionsKeepTheirSide({ rollouts, served, freshServed }: Look): void {
  for (const turn of freshServed) {
    const rollout = rollouts.find(({ id }) => id === turn.rolloutId)?.state;
    if (rollout === undefined || turn.release !== rollout.candidate || turn.release === rollout.stable) continue;
    // Where it was served the pointer had moved, whatever became of the promotion since.
    if (turn.isStableThere && mayFollow(rollout)) continue;
    const earlier = served.find(
      (one) => one.session === turn.session && one.at <= turn.at && one !== turn && one.release === rollout.stable,
    );
    must(earlier === undefined, () => `${turn.session} moved from stable to the candidate of ${rollout.id}`);
  }
}

/** Whether sessions from before the promotion go to the promoted release at their next turn. */
const mayFollow = ({ plan, pinsDrained }: Rollout): boolean =>
  plan.drainMs === 0 || pinsDrained === true || plan.sessions?.onPromotion === "next_turn";

function streamsFinishWhereTheyBegan({ replicas }: Look): void {
  for (const { replica } of replicas) {
    for (const { placement, copy } of replica.inFlight.slice(-3)) {
      must(JSON.stringify(placement) === copy, "a call under way was changed");
    }
  }
}

/** How the journal reads when the replicas come in the opposite order. */
const reversed = (batches: readonly JournalBatch[]): readonly JournalBatch[] =>
  [...Map.groupBy(batches, ({ replicaId }) => replicaId).values()].toReversed().flat();

async function mergeIsCanonical({ rollouts }: Look): Promise<void> {
  for (const told of rollouts) if (told.freshBatches.length > 0) await mergesAlike(told);
}

async function mergesAlike({ id, state, batches }: Told): Promise<void> {
  const canonical = batches.toSorted((a, b) =>
    a.replicaId === b.replicaId ? a.batch - b.batch : a.replicaId < b.replicaId ? -1 : 1,
  );
  const replicas = [...Map.groupBy(canonical, ({ replicaId }) => replicaId).values()];
  const parts = await Promise.all(replicas.map((own) => replayOf(id, state.plan, own)));
  const [once, again] = [mergeEvidence(state.plan, parts), mergeEvidence(state.plan, parts)];
  mustEqual(hashReading(once.reading()), hashReading(again.reading()), `bits of the evidence of ${id}`);
  const other = mergeEvidence(state.plan, parts.toReversed());
  must(
    Math.abs(once.logUnion() - other.logUnion()) <= 1e-12 * Math.max(1, Math.abs(once.logUnion())),
    `${id}: order matters`,
  );
  const nothing = mergeEvidence(state.plan, [new Evidence(state.plan), once]);
  mustEqual(hashReading(nothing.reading()), hashReading(once.reading()), `evidence of ${id} with nothing added`);
  const twice = await replayOf(id, state.plan, [...canonical]);
  const thrice = await replayOf(id, state.plan, [...canonical]);
  mustEqual(hashReading(twice.reading()), hashReading(thrice.reading()), `two replays of ${id}`);
  must(reversed(canonical).length === canonical.length, "a batch was lost");
}

async function replayOf(id: string, plan: Told["state"]["plan"], batches: readonly JournalBatch[]): Promise<Evidence> {
  const { evidence } = await replayEvidence({ journal: { read: () => each(batches) } }, { id, plan });
  return evidence;
}

async function* each(batches: readonly JournalBatch[]): AsyncIterable<JournalBatch> {
  yield* batches;
}

function isolationNeverRaises({ replicas }: Look): void {
  for (const { replica, route, lastRoute, wasCutAllAlong } of replicas) {
    if (route === undefined || lastRoute === undefined) continue;
    must(route.epoch >= lastRoute.epoch, `${replica.replicaId} went back to epoch ${route.epoch}`);
    if (!wasCutAllAlong) continue;
    mustEqual(route.epoch, lastRoute.epoch, `epoch of ${replica.replicaId}, which nobody reaches`);
    const [now, before] = [route.split?.weight ?? 0, lastRoute.split?.weight ?? 0];
    must(now <= before, `${replica.replicaId}, cut off, raised the candidate from ${before} to ${now}`);
  }
}

function routesFollowState(look: Look): void {
  const { replicas, channel } = look;
  const current = currentOf(look);
  const isShared =
    current !== null && (current.phase === "ramping" || (current.phase === "promoting" && !current.pointerMoved));
  const weight = isShared ? current.weight : 0;
  for (const { replica, route } of replicas) {
    if (route === undefined || route.epoch < channel.epoch) continue;
    mustEqual(route.epoch, channel.epoch, `epoch of ${replica.replicaId}`);
    must(
      [0, weight].includes(route.split?.weight ?? 0),
      `${replica.replicaId} sends ${route.split?.weight} to the candidate, not ${weight}`,
    );
    // A withdrawal that is in force and not written gives calls back to the release before the promotion.
    const stables = current === null || !current.pointerMoved ? [channel.stable] : [channel.stable, current.stable];
    must(
      stables.includes(route.stable.id),
      `${replica.replicaId} serves ${route.stable.id} as stable, not ${channel.stable}`,
    );
    if (current === null || isTerminal(current.phase)) mustEqual(route.split, null, `split of ${replica.replicaId}`);
  }
}

/** The laws that sessions, evidence and replicas answer for. */
export const SESSION_INVARIANTS: readonly Invariant[] = [
  {
    number: 10,
    sentence:
      "Evidence comes only from sessions assigned after the start, in an epoch and at a weight that the log knows.",
    check: evidenceIsOfThisRollout,
  },
  {
    number: 11,
    sentence: "A session never moves from stable to the candidate of the rollout under way.",
    check: sessionsKeepTheirSide,
  },
  {
    number: 12,
    sentence: "A call under way keeps the release that it began with.",
    check: streamsFinishWhereTheyBegan,
  },
  {
    number: 20,
    sentence: "Of calls of a session at the same time the one that began first counts, in whatever order they end.",
    check: firstCallCounts,
  },
  {
    number: 14,
    sentence:
      "Evidence adds up to the same bits in canonical order, to within 1e-12 in any other, and nothing added changes nothing.",
    check: mergeIsCanonical,
  },
  {
    number: 16,
    sentence: "A replica that nobody reaches serves its last epoch and never raises the candidate's weight.",
    check: isolationNeverRaises,
  },
  {
    number: 17,
    sentence: "Where calls go follows from what is stored, on every replica that has heard of it.",
    check: routesFollowState,
  },
];
