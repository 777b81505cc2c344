import { expect, test } from "vitest";
import { releaseOf } from "../../test/contracts/store-samples.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import type { Route } from "../domain/traffic/route.ts";
import type { BudgetHold } from "../ports/budget-ledger.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { place } from "./place.ts";
import { reserve } from "./reserve.ts";

/** A route whose rollout gives the candidate everything or, once it is taken back, ends its sessions. */
const routeWith = (weight: number): Route =>
  ({
    channel: { endpoint: "bot", environment: "production" },
    epoch: weight === 0 ? 2 : 1,
    stable: releaseOf("bot", "a"),
    split: {
      rolloutId: "rol_1",
      candidate: releaseOf("bot", "b", { number: 2 }),
      weight,
      seed: "00".repeat(32),
      collecting: weight > 0,
      onRollback: { rule: "terminate", because: "plan" },
    },
    draining: null,
  }) as unknown as Route;

const BUDGET = {
  name: "b",
  per: "environment",
  only: {},
  window: "total",
  amountPico: 100n,
  atLimit: "refuse",
  alerts: [],
};

/** The parts of a call that are looked at. */
const callAt = (route: Route): OpenCall =>
  ({
    aim: { type: "endpoint", route },
    key: { id: "key_1", name: "k", scopes: [] },
    request: { body: {}, bytes: Buffer.from("{}"), continues: false, variables: {}, members: new Map() },
    arrival: { preview: null, headers: {}, bytes: Buffer.from("{}"), dialect: { name: "openai-chat" } },
    placement: null,
    rendered: { targets: [], bodyFor: () => Buffer.from("{}") },
    settings: { providers: new Map(), environment: "production", meters: { queue: null, budgets: [BUDGET] } },
  }) as unknown as OpenCall;

test("what was set aside for a call that cannot be placed again is given back", async () => {
  const clock = new HandClock();
  const before = routeWith(1);
  let now = before;
  const granted = Promise.withResolvers<BudgetHold>();
  const gateway = {
    clock,
    pins: createMemoryPins(100, clock),
    observer: { assigned() {} },
    routes: { byEndpoint: () => now },
    budgets: { reserve: () => granted.promise },
  } as unknown as Gateway;
  const session = { id: "u", source: "header" } as const;
  const placed = (): OpenCall => {
    const call = callAt(before);
    call.placement = place({ gateway, call, route: before, session, unit: "k/u" });
    return call;
  };
  placed();
  const asked = reserve(gateway, placed());
  now = routeWith(0);
  const settled: bigint[] = [];
  const hold: BudgetHold = { amountPico: 0n, extend: () => null, settle: (pico: bigint) => void settled.push(pico) };
  granted.resolve(hold);
  await expect(asked).rejects.toMatchObject({ code: "session_ended" });
  expect(settled).toEqual([0n]);
});
