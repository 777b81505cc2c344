import { expect, test } from "vitest";
import { readLog } from "../../src/delivery/read-log.ts";
import { replayRollout } from "../../src/delivery/replay-rollout.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import { DeliveryWorld, settled } from "../fixtures/delivery-world.ts";
import { randomFrom } from "../fixtures/random-cuts.ts";

/** Without the least times of its steps: what counts here is how many sessions it takes. */
const PLAN = { ...DEFAULT_PLAN, steps: DEFAULT_PLAN.steps.map((step) => ({ ...step, minDurationMs: 0 })) };
const LOOK_EVERY = 25;

/** Sessions of two releases that are alike and never fail, until the canary is over or so many have come; answers how many came. */
async function serveCanary(world: DeliveryWorld, rolloutId: string, most: number): Promise<number> {
  const { observatory, rollouts } = world.delivery;
  const random = randomFrom(33);
  let rollout = await rollouts.byId(rolloutId);
  for (let index = 0; index < most; index += 1) {
    if (rollout?.phase !== "ramping") return index;
    const unit = { rolloutId, session: `s${index}` };
    const arm = random() < rollout.weight ? "candidate" : "stable";
    observatory.assigned({ ...unit, arm, epoch: rollout.epoch, weight: rollout.weight });
    const costPico = BigInt(Math.floor(1e9 * (1 + random())));
    observatory.turnEnded({ ...unit, failure: null, latencyMs: 500 + 1_000 * random(), firstTokenMs: null, costPico });
    world.clock.advance(100);
    if (index % LOOK_EVERY !== 0) continue;
    await world.conductor.look(rolloutId);
    rollout = await rollouts.byId(rolloutId);
  }
  return most;
}

test("a canary of the default plan whose sessions never fail promotes itself, and replays to the same bits", async () => {
  const world = new DeliveryWorld();
  const rolloutId = await world.rollOut("bot", PLAN);
  const sessions = await serveCanary(world, rolloutId, 10_000);
  const rollout = await world.delivery.rollouts.byId(rolloutId);
  expect(rollout?.promotion?.basis).toBe("non-inferior");
  // 1,000 on 1 %, as many on 5 %, and some 1,700 on 25 %: docs/metrics.md says so.
  expect(sessions).toBeGreaterThan(3_600);
  expect(sessions).toBeLessThan(3_900);
  world.clock.advance(1_000);
  await world.delivery.log.flush();
  await settled();
  const events = await readLog(world.delivery, rolloutId);
  const replay = await replayRollout({ events, journal: world.delivery.journal, engine: "this one" });
  expect(replay.decisions.length).toBeGreaterThan(0);
  expect(replay.decisions.filter(({ result }) => result !== "same")).toEqual([]);
});
