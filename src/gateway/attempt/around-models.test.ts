import { expect, test } from "vitest";
import type { OpenCall } from "../open-call.ts";
import { aroundModels } from "./around-models.ts";
import type { Beginning } from "./around-models.ts";

const target = (model: string) => ({ target: { provider: "p", model } });
const whole = {
  plan: {
    targets: [target("one"), target("two")],
    chains: { outage: [0, 1], rateLimit: [0, 1], contextOverflow: [], contentPolicy: [], rejected: [] },
  },
  begin: 0,
} as unknown as Beginning;

const callOf = (endpoint: string, servedBy: string | null): OpenCall =>
  ({
    aim: { type: "endpoint", route: { channel: { endpoint } } },
    placement: servedBy === null ? null : { release: { endpoint: servedBy } },
  }) as unknown as OpenCall;

const gateway = { pauses: { around: (endpoint: string) => (endpoint === "small" ? new Set(["p/one"]) : undefined) } };
const begin = (call: OpenCall): number =>
  aroundModels(gateway as unknown as Parameters<typeof aroundModels>[0], call, whole).begin;

test("models that are switched off are those of the endpoint whose release answers", () => {
  expect(begin(callOf("small", "small"))).toBe(1);
  expect(begin(callOf("large", "large"))).toBe(0);
  expect(begin(callOf("large", "small"))).toBe(1);
  expect(begin(callOf("small", null))).toBe(1);
});
