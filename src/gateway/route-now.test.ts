import { expect, test } from "vitest";
import type { Release } from "../domain/release/release.ts";
import type { Route, Split } from "../domain/traffic/route.ts";
import { routeNow } from "./route-now.ts";

const release = (id: string): Release => ({ id }) as Release;
const split = (candidate: Release, weight: number): Split => ({ candidate, weight, collecting: true }) as Split;
const route = (epoch: number, stable: Release, rest: Partial<Route> = {}): Route => ({
  channel: { endpoint: "bot", environment: "production" },
  epoch,
  stable,
  split: null,
  draining: null,
  ...rest,
});

const [one, two, three] = [release("rel_1"), release("rel_2"), release("rel_3")];
const known = route(1, one, { split: split(two, 0.5) });
const nowIs = (now: Route | undefined): Route => routeNow({ byEndpoint: () => now }, known);

test("what became of the releases that a call knew is followed: taken back, promoted, another weight", () => {
  const takenBack = route(2, one, { split: split(two, 0) });
  const promoted = route(2, two, { draining: { rolloutId: "rol_1", previous: one } });
  for (const now of [takenBack, promoted, route(2, one)]) expect(nowIs(now)).toBe(now);
});

test("a release that is new is not, nor an endpoint that is gone: the call's models are those of its arrival", () => {
  expect(nowIs(route(2, one, { split: split(three, 0.5) }))).toBe(known);
  expect(nowIs(route(2, three))).toBe(known);
  expect(nowIs(undefined)).toBe(known);
});
