import { expect, test } from "vitest";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createSight } from "./gather-sights.ts";

const MINUTE = 60_000;
const NONE = { all: () => [] };
const HARM = { metric: "errors", logR: 3.4, candidateSessions: 34 } as const;

/** What the leader sees of rollouts at a time. */
async function seen(rollout: Partial<Rollout>, at: number): Promise<readonly unknown[]> {
  const known = { id: "rol_1", channel: { environment: "production", endpoint: "bot" }, holds: [], ...rollout };
  const sight = createSight({
    environment: () => "production",
    replicaId: "rep_1",
    gateway: {
      clock: new HandClock(),
      waiting: { counts: () => ({ calls: 0, oldestMs: 0 }) },
      health: NONE,
      pauses: NONE,
      recorder: { counts: () => ({ droppedFacts: 0, droppedBodies: 0 }) },
    } as never,
    budgets: { list: async () => [] },
    releases: { byId: async () => ({ endpoint: "bot", number: 3 }) as never },
    rollouts: { list: async ({ open }) => (open === true && rollout.endedAt !== null ? [] : [known as Rollout]) },
    outbox: { deliveries: async () => [] },
    isOwn: () => false,
    troubles: () => [],
  });
  const { sights } = await sight(at, true);
  return sights.filter(({ signal }) => signal.startsWith("rollout"));
}

test("a rollback is seen for its hour, with its release and cause in words, and not again", async () => {
  const rolledBack = { phase: "rolled_back", endedAt: MINUTE, outcome: "harm", harm: HARM, reading: null } as const;
  const subject = { endpoint: "bot", rollout: "rol_1" };
  const sight = { signal: "rollout-rolled-back", subject, value: 1, note: "bot@3, harm was proven by errors" };
  expect(await seen(rolledBack, MINUTE)).toEqual([sight]);
  expect(await seen(rolledBack, 59 * MINUTE)).toEqual([sight]);
  expect(await seen(rolledBack, 60 * MINUTE)).toEqual([]);
  expect(await seen({ ...rolledBack, phase: "completed" }, 2 * MINUTE)).toEqual([]);
  // Who did it need not be told.
  expect(await seen({ ...rolledBack, outcome: "command" }, 2 * MINUTE)).toEqual([]);
});

test("a hold is seen while it lasts, with its reasons in words", async () => {
  expect(await seen({ phase: "ramping", endedAt: null, holds: ["srm", "freeze"] }, 0)).toEqual([
    {
      signal: "rollout-held",
      subject: { endpoint: "bot", rollout: "rol_1" },
      value: 1,
      note: "sessions are not split as they were drawn; rollouts are frozen",
    },
  ]);
});

test("a model whose breaker is open is seen while anybody asks it, and not once nobody has for an hour", async () => {
  const clock = new HandClock();
  const board = new HealthBoard();
  const health = board.of({ provider: "far", model: "m" }, {});
  const sight = createSight({
    environment: () => "production",
    replicaId: "rep_1",
    gateway: {
      waiting: { counts: () => ({ calls: 0, oldestMs: 0 }) },
      health: board,
      clock,
      pauses: NONE,
      recorder: { counts: () => ({ droppedFacts: 0, droppedBodies: 0 }) },
    } as never,
    isOwn: () => false,
  } as never);
  const isSeen = async (): Promise<boolean> =>
    (await sight(clock.now(), false)).sights.some(({ signal }) => signal === "provider-trouble");
  for (let failure = 0; failure < 2; failure += 1) health.circuit.failed(clock.elapsed(), "pass", 0);
  expect(health.circuit.state).toBe("open");
  expect(await isSeen()).toBe(true);
  health.wantedAt = clock.elapsed();
  clock.advance(59 * MINUTE);
  expect(await isSeen()).toBe(true);
  clock.advance(2 * MINUTE);
  expect(await isSeen()).toBe(false);
  // Somebody wants it again, and nobody knows that it is well.
  health.wantedAt = clock.elapsed();
  expect(await isSeen()).toBe(true);
});
