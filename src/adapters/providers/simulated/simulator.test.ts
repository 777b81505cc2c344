import { expect, test } from "vitest";
import { HandClock } from "../../../../test/fixtures/hand-clock.ts";
import type { HttpRequest } from "./request-reader.ts";
import { NO_FAILURES } from "../../../../test/fixtures/simulated-models.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";
import { Simulator } from "./simulator.ts";

const wild: SimulatedModelSettings = {
  firstTokenMs: { median: 300, sigma: 0.4 },
  betweenTokensMs: { median: 20, sigma: 0.4 },
  answerTokens: { median: 30, sigma: 0.4 },
  quality: 0.5,
  failures: {
    ...NO_FAILURES,
    rateLimited: 0.1,
    serverError: 0.1,
    hang: 0.1,
    cut: 0.1,
    stall: 0.1,
    malformed: 0.1,
    refusal: 0.1,
  },
};
const models = new Map([
  ["wild-1", wild],
  ["wild-2", wild],
]);

const ask = (model: string, stream: boolean): HttpRequest => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: {},
  body: Buffer.from(JSON.stringify({ model, stream, messages: [{ role: "user", content: "Hello" }] })),
  keepAlive: true,
});

const scriptsOf = (seed: number, model = "wild-1", before = ""): unknown[] => {
  const simulator = new Simulator(models, seed, new HandClock());
  if (before !== "") simulator.reply(ask(before, false), () => null);
  return Array.from({ length: 100 }, (_, n) => simulator.reply(ask(model, n % 2 === 0), () => null).script);
};

test("the n-th call to a model has the same answer, delays and fault for the same seed", () => {
  expect(scriptsOf(1)).toEqual(scriptsOf(1));
  expect(scriptsOf(1)).toEqual(scriptsOf(1, "wild-1", "wild-2"));
});

test("another seed, another model and another number give other answers", () => {
  expect(scriptsOf(1)).not.toEqual(scriptsOf(2));
  expect(JSON.stringify(scriptsOf(1))).not.toBe(JSON.stringify(scriptsOf(1, "wild-2")).replaceAll("wild-2", "wild-1"));
  const delays = scriptsOf(1).map((script) => JSON.stringify(script).replaceAll(/sim\w+/g, ""));
  expect(new Set(delays).size).toBeGreaterThan(50);
});

test("all endings of the wild come about", () => {
  const endings = scriptsOf(1).map((script) => (script as { ending: string }).ending);
  expect(new Set(endings)).toEqual(new Set(["keep", "close", "open"]));
});
