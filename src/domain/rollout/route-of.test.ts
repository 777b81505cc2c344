import { describe, expect, it } from "vitest";
import {
  after,
  commanded,
  contextOf,
  drainingRollout,
  looked,
  openedRollout,
  PLAN,
  promotingRollout,
  rampingAt,
} from "../../../test/fixtures/rollout-samples.ts";
import type { Release } from "../release/release.ts";
import type { Channel } from "../traffic/channel.ts";
import type { Route } from "../traffic/route.ts";
import { applyCommand } from "./command.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";
import { channelAfter, routeOf } from "./route-of.ts";

const releaseOf = (id: string, number: number): Release => ({
  id,
  endpoint: "support-bot",
  number,
  digest: String(number).repeat(64),
  content: {
    format: "rollward.release/1",
    endpoint: "support-bot",
    prompt: null,
    models: [{ provider: "simulated", model: "steady-1" }],
    parameters: {},
    tools: [],
    policies: {
      record: "exact",
      retainBodiesDays: 14,
      timeouts: { connectMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000, totalMs: 10_000 },
    },
  },
  createdAt: 0,
  author: "Test",
});
const RELEASES = new Map([
  ["rel_stable", releaseOf("rel_stable", 1)],
  ["rel_candidate", releaseOf("rel_candidate", 2)],
]);
const FREE: Channel = {
  name: { endpoint: "support-bot", environment: "production" },
  stable: "rel_stable",
  epoch: 0,
  rolloutId: null,
};
const channelOf = (rollout: Rollout): Channel => ({
  ...FREE,
  stable: rollout.pointerMoved ? rollout.candidate : rollout.stable,
  epoch: rollout.epoch,
  rolloutId: rollout.id,
});
const route = (rollout: Rollout): Route => routeOf(channelOf(rollout), rollout, RELEASES);

describe("routeOf", () => {
  it("divides new sessions by the step's weight and collects evidence, held or not", () => {
    const split = { rolloutId: "rol_1", seed: "5".repeat(64), candidate: RELEASES.get("rel_candidate"), weight: 0.05 };
    expect(route(rampingAt(1)).split).toEqual({ ...split, collecting: true });
    expect(route(after(rampingAt(1), { type: "HoldSet", hold: "srm" })).split).toEqual({ ...split, collecting: true });
  });

  it("keeps the weight but collects no more while the promotion is under way", () => {
    expect(route(promotingRollout()).split).toMatchObject({ weight: 0.25, collecting: false });
  });

  it("serves the candidate as stable once the pointer has moved", () => {
    for (const rollout of [looked(promotingRollout()), drainingRollout()]) {
      expect(route(rollout)).toMatchObject({ stable: { id: "rel_candidate" }, split: null });
    }
  });

  it("sends nobody to the candidate before the start and from the first step of a withdrawal on", () => {
    const before = openedRollout(PLAN, ["approval"]);
    expect(routeOf(FREE, before, RELEASES)).toMatchObject({ epoch: 0, stable: { id: "rel_stable" }, split: null });
    for (const type of ["rollback", "abort"] as const) {
      expect(route(commanded(rampingAt(2), { type })).split).toBeNull();
      const back = route(commanded(drainingRollout(), { type }));
      expect(back).toMatchObject({ stable: { id: "rel_stable" }, split: null });
    }
  });

  it("refuses to route on half a state", () => {
    const channel = channelOf(rampingAt(1));
    expect(() => routeOf(channel, null, RELEASES)).toThrow("needs its rollout rol_1");
    expect(() => routeOf({ ...channel, rolloutId: "rol_0" }, rampingAt(1), RELEASES)).toThrow("rol_0");
    expect(() => routeOf(channel, rampingAt(1), new Map())).toThrow("rel_stable is missing");
  });
});

describe("channelAfter", () => {
  const start: readonly RolloutFact[] = [
    { type: "Started", stable: "rel_stable" },
    { type: "StepEntered", step: 0, weight: 0.01, epoch: 1 },
  ];

  it("gives the channel to the rollout when it starts, in a new epoch", () => {
    const started = after(openedRollout(), ...start);
    expect(channelAfter(FREE, started, start)).toEqual({ ...FREE, epoch: 1, rolloutId: "rol_1" });
  });

  it("stays as it is when a decision changes neither weight nor pointer", () => {
    const held = after(rampingAt(1), { type: "HoldSet", hold: "manual" });
    expect(channelAfter(channelOf(held), held, [{ type: "HoldSet", hold: "manual" }])).toBeNull();
    const waiting = openedRollout(PLAN, ["queue"]);
    const taken = { ...FREE, rolloutId: "rol_0" };
    expect(channelAfter(taken, commanded(waiting, { type: "cancel" }), [{ type: "Cancelled" }])).toBeNull();
  });

  it("follows the pointer forward and back", () => {
    const promoting = promotingRollout();
    const forward = { type: "StablePointerMoved", from: "rel_stable", to: "rel_candidate", epoch: 4 } as const;
    const moved = channelAfter(channelOf(promoting), after(promoting, forward), [forward]);
    expect(moved).toEqual({ ...FREE, stable: "rel_candidate", epoch: 4, rolloutId: "rol_1" });
    const draining = drainingRollout();
    const answer = applyCommand(draining, { type: "rollback" }, contextOf(draining));
    if ("refused" in answer) throw new Error(answer.refused);
    const back = channelAfter(channelOf(draining), after(draining, ...answer.facts), answer.facts);
    expect(back).toEqual({ ...FREE, stable: "rel_stable", epoch: 5, rolloutId: "rol_1" });
  });

  it("is free again when the rollout ends, in a new epoch, so that every replica hears that the drain is over", () => {
    const draining = drainingRollout();
    const end: readonly RolloutFact[] = [{ type: "PinsDrained" }, { type: "Completed", outcome: "promoted" }];
    expect(channelAfter(channelOf(draining), after(draining, ...end), end)).toEqual({
      ...FREE,
      stable: "rel_candidate",
      epoch: 5,
    });
  });

  it("is free at once, in a new epoch, when a newer release supersedes the rollout", () => {
    const superseded = { type: "Superseded", by: "rel_next", epoch: 9 } as const;
    const ramping = rampingAt(1);
    expect(channelAfter(channelOf(ramping), after(ramping, superseded), [superseded])).toEqual({ ...FREE, epoch: 9 });
  });
});
