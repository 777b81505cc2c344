import { expect, test } from "vitest";
import type { KeptRoute } from "../../domain/routing/decide-route.ts";
import { createMemorySessionRoutes } from "./memory-session-routes.ts";

const at = (level: number): KeptRoute => ({ releaseId: "rel_1", action: "routed", level });

test("remembers the route of a session within its endpoint", () => {
  const routes = createMemorySessionRoutes(10);
  routes.set("bot", "a", at(1));
  expect(routes.get("bot", "a")).toEqual(at(1));
  expect(routes.get("other", "a")).toBeUndefined();
  routes.set("bot", "a", at(2));
  expect(routes.get("bot", "a")).toEqual(at(2));
});

test("stays within its bounds, and forgets who was not seen the longest", () => {
  const routes = createMemorySessionRoutes(10);
  routes.set("bot", "kept", at(1));
  for (let index = 0; index < 1_000; index += 1) {
    routes.set("bot", `s${index}`, at(0));
    expect(routes.get("bot", "kept")).toEqual(at(1));
  }
  const known = Array.from({ length: 1_000 }, (_, index) => routes.get("bot", `s${index}`)).filter(Boolean);
  expect(known.length).toBeLessThanOrEqual(10);
  expect(routes.get("bot", "s999")).toEqual(at(0));
});
