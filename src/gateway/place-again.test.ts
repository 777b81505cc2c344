import { describe, expect, test } from "vitest";
import { releaseOf } from "../../test/contracts/store-samples.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import type { Route, Split } from "../domain/traffic/route.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { place } from "./place.ts";
import { placeAgain } from "./place-again.ts";

const STABLE = releaseOf("bot", "a");
const CANDIDATE = releaseOf("bot", "b", { number: 2 });

const splitOf = (weight: number, rule: "keep" | "next_turn" | "terminate"): Split => ({
  rolloutId: "rol_1",
  candidate: CANDIDATE,
  weight,
  seed: "00".repeat(32),
  collecting: weight > 0,
  onRollback: { rule, because: "plan" },
});

const routeOf = (epoch: number, split: Split | null): Route => ({
  channel: { endpoint: "bot", environment: "production" },
  epoch,
  stable: STABLE,
  split,
  draining: null,
});

type Rule = Parameters<typeof splitOf>[1];

/** A session that the candidate was drawn for; the route becomes what is written to `now`. */
class World {
  now: Route;
  readonly pins = createMemoryPins(100, new HandClock());
  readonly gateway: Gateway;

  constructor(rule: Rule) {
    this.now = routeOf(1, splitOf(1, rule));
    const parts = { pins: this.pins, observer: { assigned: () => {} }, routes: { byEndpoint: () => this.now } };
    this.gateway = parts as unknown as Gateway;
  }

  /** One more call of the session, placed and not sent. */
  call(): OpenCall {
    const parts = {
      aim: { type: "endpoint", route: this.now },
      key: { scopes: [] },
      request: { body: {}, continues: false, variables: { customer: "Ada" }, members: new Map() },
      arrival: {
        preview: null,
        dialect: { name: "openai-chat", usageEdits: () => [], releaseWords: () => ({ sets: [], edits: () => [] }) },
      },
      placement: null,
    };
    const call = parts as unknown as OpenCall;
    const session = { id: "user-42", source: "header" } as const;
    call.placement = place({ gateway: this.gateway, call, route: this.now, session, unit: "key/user-42" });
    return call;
  }
}

describe("a call that waited", () => {
  test("keeps its place while its release serves, whatever the weight", () => {
    const world = new World("next_turn");
    const call = world.call();
    const { placement } = call;
    world.now = routeOf(2, splitOf(0.01, "next_turn"));
    expect(placeAgain(world.gateway, call)).toBe(false);
    expect(call.placement).toBe(placement);
  });

  test.each<Rule>(["keep", "next_turn", "terminate"])(
    "for a session that it drew itself begins on stable, outside and left out of the evidence (%s)",
    (rule) => {
      const world = new World(rule);
      const call = world.call();
      world.now = routeOf(2, splitOf(0, rule));
      expect(placeAgain(world.gateway, call)).toBe(true);
      expect(call.placement).toMatchObject({ release: STABLE, arm: "stable", evidenceOf: null, drawnFor: "rol_1" });
      expect(call.rendered?.targets).toBe(STABLE.content.models);
      expect(world.pins.get("bot", "key/user-42")).toMatchObject({ rolloutId: null, arm: "stable" });
      expect(placeAgain(world.gateway, call)).toBe(false);
    },
  );

  test("for a session that was drawn before goes by the plan", () => {
    const placedAt = (rule: Rule): OpenCall => {
      const world = new World(rule);
      world.call();
      const call = world.call();
      world.now = routeOf(2, splitOf(0, rule));
      placeAgain(world.gateway, call);
      return call;
    };
    expect(placedAt("keep").placement).toMatchObject({ release: CANDIDATE, evidenceOf: null, reason: "draining" });
    expect(placedAt("next_turn").placement).toMatchObject({ release: STABLE, evidenceOf: "rol_1" });
    expect(() => placedAt("terminate")).toThrow("session");
  });

  test("does not get a candidate that another has followed, which it does not know", () => {
    const world = new World("next_turn");
    const call = world.call();
    const next = { ...splitOf(1, "next_turn"), rolloutId: "rol_2", candidate: releaseOf("bot", "c", { number: 3 }) };
    world.now = routeOf(3, next);
    expect(placeAgain(world.gateway, call)).toBe(true);
    expect(call.placement?.release).toBe(STABLE);
  });
});
