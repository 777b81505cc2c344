import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryPins } from "../../src/adapters/pins/memory-pins.ts";
import { DEFAULT_ACTIONS, isFailing } from "../../src/domain/answer/checks-policy.ts";
import type { CheckAction, ChecksPolicy } from "../../src/domain/answer/checks-policy.ts";
import type { Release } from "../../src/domain/release/release.ts";
import { withoutCandidate } from "../../src/domain/traffic/route.ts";
import type { Route } from "../../src/domain/traffic/route.ts";
import { checksOf } from "../../src/gateway/find-in-call.ts";
import type { OpenCall } from "../../src/gateway/open-call.ts";
import { place } from "../../src/gateway/place.ts";
import { releaseOf } from "../contracts/store-samples.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

const action = fc.constantFrom<CheckAction>("off", "record", "fail", "repair", "reject");
const checks = fc.option(fc.record({ empty: action, refusal: action, json: action }), { nil: undefined });

function withChecks(digit: string, number: number, actions: Partial<ChecksPolicy["actions"]> | undefined): Release {
  const release = releaseOf("bot", digit, { number });
  if (actions === undefined) return release;
  const policy: ChecksPolicy = { actions: { ...DEFAULT_ACTIONS, ...actions }, unrepaired: "deliver" };
  return { ...release, content: { ...release.content, policies: { ...release.content.policies, checks: policy } } };
}

const seed = "00".repeat(32);

/** What a rollout sends calls to: its ladder, a withdrawal that is not written yet, the bake. */
function routesOf(before: Release, next: Release): readonly Route[] {
  const base = { channel: { endpoint: "bot", environment: "production" }, epoch: 1, draining: null };
  const split = { rolloutId: "rol_1", candidate: next, weight: 0.5, seed, collecting: true };
  const ladder: Route = { ...base, stable: before, split };
  const holdback = { seed, held: 0.3, watched: 0.3, weight: 0.5 };
  const bake = { ...base, stable: next, split: null, draining: { rolloutId: "rol_1", previous: before, holdback } };
  return [ladder, withoutCandidate(ladder), bake];
}

/** How a call to the route is judged, and in which arm; `null` where it is no evidence. */
function judgedAs(pins: ReturnType<typeof createMemoryPins>, route: Route, id: string) {
  const call = { key: null, arrival: { preview: null }, request: { body: {}, continues: false, variables: {} } };
  const gateway = { pins, observer: { assigned: () => {} } };
  const placement = place({ gateway, call, route, session: { id, source: "header" }, unit: id });
  if (placement.evidenceOf === null) return null;
  const { actions } = checksOf({ placement, aim: { type: "endpoint", route } } as OpenCall) ?? {
    actions: DEFAULT_ACTIONS,
  };
  const counted = Object.entries(actions).map(([name, does]) => [name, isFailing(does) ? "fail" : does]);
  return { arm: placement.arm, counted };
}

test("what is looked for and what counts as failed are the same in both arms, on the ladder and in the bake", () => {
  fc.assert(
    fc.property(checks, checks, (before, next) => {
      const pins = createMemoryPins(1_000, new HandClock());
      for (const [index, route] of routesOf(withChecks("a", 1, before), withChecks("b", 2, next)).entries()) {
        // Those of the ladder come again in the bake, beside new ones.
        const ids = Array.from({ length: 40 }, (_, one) => (one < 20 ? `ses_${one}` : `ses_${index}_${one}`));
        const seen = ids.flatMap((id) => judgedAs(pins, route, id) ?? []);
        if (index !== 1) expect(new Set(seen.map(({ arm }) => arm)).size).toBe(2);
        for (const { counted } of seen) expect(counted).toEqual(seen[0]?.counted);
      }
    }),
    { numRuns: 60 },
  );
});
