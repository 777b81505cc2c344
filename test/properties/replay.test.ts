import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLog } from "../../src/delivery/read-log.ts";
import { replayRollout } from "../../src/delivery/replay-rollout.ts";
import { restore } from "../../src/delivery/restore.ts";
import { Evidence, hashReading, mergeEvidence } from "../../src/domain/evidence/running-evidence.ts";
import type { SessionOutcome } from "../../src/domain/evidence/evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { RolloutEvent } from "../../src/domain/rollout/rollout.ts";
import type { JournalBatch } from "../../src/ports/evidence-journal.ts";
import { DeliveryWorld, settled } from "../fixtures/delivery-world.ts";
import { PLAN } from "../fixtures/rollout-samples.ts";
import { searchUntil } from "../fixtures/search-until.ts";

const ENGINE = "this one";

const PLAN_OF_ONE_STEP = {
  steps: [
    { weight: 0.5, minDurationMs: 0, minSessions: 0, approval: false },
    { weight: 1, minDurationMs: 0, minSessions: 0, approval: false },
  ],
  window: { turns: 1, withinMs: 60_000 },
} as const;

/** Goes on whatever is proven, and proves soon. */
const WATCHED = { ...PLAN_OF_ONE_STEP, mode: "observe", alpha: 0.3, beta: 0.3, noDataMs: 500 } as const;

const session = fc.record({
  arm: fc.constantFrom("stable", "candidate" as const),
  failed: fc.nat(3).map((dice) => dice === 0),
  /** Whether what failed was its provider. */
  isProviders: fc.boolean(),
  latencyMs: fc.integer({ min: 1, max: 5_000 }),
  costPico: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  /** Never ends: its process dies before it does. */
  isLost: fc.nat(9).map((dice) => dice === 0),
});

type Session = typeof session extends fc.Arbitrary<infer T> ? T : never;

let names = 0;

/** Sessions come and end, and the machine looks now and then. */
async function live(world: DeliveryWorld, rolloutId: string, sessions: readonly Session[]): Promise<void> {
  const { observatory } = world.delivery;
  const rollout = await world.delivery.rollouts.byId(rolloutId);
  for (const [index, { arm, failed, isProviders, latencyMs, costPico, isLost }] of sessions.entries()) {
    names += 1;
    const unit = { rolloutId, session: `s${names}` };
    observatory.assigned({ ...unit, arm, epoch: rollout?.epoch ?? 1, weight: 0.5 });
    if (!isLost) {
      const failure = failed ? (isProviders ? "provider" : "bad_answer") : null;
      observatory.turnEnded({ ...unit, failure, latencyMs: failed ? null : latencyMs, firstTokenMs: null, costPico });
    }
    if (index % 7 === 0) {
      world.clock.advance(250);
      await world.conductor.look(rolloutId);
    }
  }
  // Nothing comes for a while: a hold, which rests on the evidence as well.
  world.clock.advance(700);
  await world.conductor.look(rolloutId);
}

/** Has everything written that waits to be. */
async function flushed(world: DeliveryWorld): Promise<void> {
  world.clock.advance(1_000);
  await world.delivery.log.flush();
  await settled();
}

describe("a replay", () => {
  test("computes every decision of several processes, one after the other, to the same bits", async () => {
    // One arm fails more than the other: proofs of either kind.
    const life = fc
      .tuple(fc.array(session, { minLength: 10, maxLength: 60 }), fc.constantFrom("stable", "candidate" as const))
      .map(([sessions, worse]) => sessions.map((one) => (one.arm === worse ? one : { ...one, failed: false })));
    const faults = fc.constantFrom("count", "hold", "roll_back" as const);
    let decisions = 0;
    const property = fc.asyncProperty(fc.tuple(life, life, life), faults, async (lives, providerFault) => {
      let world = new DeliveryWorld();
      const rolloutId = await world.rollOut("bot", { ...WATCHED, providerFault }, "anthropic");
      for (const sessions of lives) {
        await live(world, rolloutId, sessions);
        await flushed(world);
        world = new DeliveryWorld(undefined, world.stores);
        await restore(world.delivery);
      }
      const events = await readLog(world.delivery, rolloutId);
      const replay = await replayRollout({ events, journal: world.delivery.journal, engine: ENGINE });
      expect(replay.log).toBe("intact");
      expect(replay.decisions.filter(({ result }) => result !== "same")).toEqual([]);
      decisions += replay.decisions.length;
    });
    await searchUntil(
      () => decisions > 5,
      () => fc.assert(property, { numRuns: 40 }),
      3,
    );
    expect(decisions).toBeGreaterThan(5);
  });

  test("says where evidence was changed behind a decision, and what it misses", async () => {
    const world = new DeliveryWorld();
    const rolloutId = await world.rollOut("bot", PLAN_OF_ONE_STEP);
    const bad = Array.from({ length: 30 }, (_, index): Session => ({
      arm: index % 2 === 0 ? "candidate" : "stable",
      failed: index % 2 === 0,
      isProviders: false,
      latencyMs: 100 + index,
      costPico: 1_000n,
      isLost: false,
    }));
    await live(world, rolloutId, bad);
    await flushed(world);
    const events = await readLog(world.delivery, rolloutId);
    const batches: JournalBatch[] = [];
    for await (const batch of world.delivery.journal.read(rolloutId)) batches.push(batch);
    const again = (changed: readonly JournalBatch[], log: readonly RolloutEvent[] = events) =>
      replayRollout({ events: log, journal: { read: () => each(changed) }, engine: ENGINE });
    expect((await again(batches)).decisions.map(({ result }) => result)).toContain("same");
    const softened = batches.map((batch) => ({ ...batch, entries: batch.entries.map(soften) }));
    expect((await again(softened)).decisions.at(-1)).toMatchObject({
      result: "differs",
      detail: expect.stringMatching(/Harm was proven/) as string,
    });
    expect((await again([])).decisions.at(-1)).toMatchObject({
      result: "unknown",
      detail: expect.stringMatching(/not in the journal/) as string,
    });
    const forged = events.map((event) => (event.seq === 2 ? { ...event, reason: "Another." } : event));
    expect((await again(batches, forged)).log).toEqual({ flaw: expect.stringContaining("Entry 2") as string });
  });
});

type Entry = JournalBatch["entries"][number];

const soften = (entry: Entry): Entry =>
  entry.type === "final" ? { ...entry, outcome: { ...entry.outcome, failure: null, latencyMs: 100 } } : entry;

async function* each(batches: readonly JournalBatch[]): AsyncIterable<JournalBatch> {
  yield* batches;
}

describe("evidence of several replicas", () => {
  test("adds up to the same bits in canonical order, and in any other to within 1e-12", () => {
    const outcome = fc.record({
      arm: fc.constantFrom("stable", "candidate" as const),
      epoch: fc.constantFrom(1, 2),
      failed: fc.boolean(),
      value: fc.double({ min: 1, max: 1e4, noNaN: true }),
    });
    const replicas = fc.array(fc.array(outcome, { maxLength: 80 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(replicas, fc.nat(23), (all, turn) => {
        const parts = all.map((outcomes) => {
          const evidence = new Evidence({ ...DEFAULT_PLAN, metrics: PLAN.metrics });
          for (const { arm, epoch, failed, value } of outcomes) {
            const weight = epoch === 1 ? 0.25 : 0.5;
            const drawn: SessionOutcome = {
              arm,
              epoch,
              weight,
              failure: failed ? "provider" : null,
              latencyMs: failed ? null : value,
              firstTokenMs: null,
              costPico: Math.round(value * 1e6),
            };
            evidence.assigned(arm, epoch, weight);
            evidence.add(drawn);
          }
          return evidence;
        });
        const plan = { ...DEFAULT_PLAN, metrics: PLAN.metrics };
        const canonical = mergeEvidence(plan, parts);
        expect(hashReading(mergeEvidence(plan, parts).reading())).toBe(hashReading(canonical.reading()));
        const shuffled = parts.toSorted(
          (a, b) => ((parts.indexOf(a) * 7 + turn) % 5) - ((parts.indexOf(b) * 7 + turn) % 5),
        );
        const other = mergeEvidence(plan, shuffled).logUnion();
        expect(Math.abs(other - canonical.logUnion())).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(other)));
        const [first, ...rest] = parts;
        const nested = mergeEvidence(plan, [mergeEvidence(plan, rest), ...(first === undefined ? [] : [first])]);
        expect(Math.abs(nested.logUnion() - canonical.logUnion())).toBeLessThanOrEqual(
          1e-12 * Math.max(1, Math.abs(other)),
        );
      }),
    );
  });
});
