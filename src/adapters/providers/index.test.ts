import { afterEach, expect, test } from "vitest";
import { RollwardError } from "../../domain/errors.ts";
import type { Provider } from "../../ports/provider.ts";
import { systemClock } from "../system/system-clock.ts";
import { createProvider } from "./index.ts";
import type { ProviderKind, ProviderSettings } from "./index.ts";

const price = { input: 1n, cachedInput: 1n, cacheWrite: 1n, output: 2n, reasoning: 2n };
const spread = { median: 0, sigma: 0 };
const failures = {
  rateLimited: 0,
  serverError: 0,
  hang: 0,
  cut: 0,
  stall: 0,
  malformed: 0,
  refusal: 0,
  retryAfterSeconds: 1,
};
const simulatedModel = {
  price,
  firstTokenMs: spread,
  betweenTokensMs: spread,
  answerTokens: { median: 20, sigma: 0 },
  quality: 1,
  failures,
};

const SETTINGS: { readonly [Kind in ProviderKind]: ProviderSettings[Kind] } = {
  "openai-compatible": {
    kind: "openai-compatible",
    name: "vendor",
    baseUrl: "http://127.0.0.1:1/v1",
    keyEnv: "VENDOR_KEY",
    headers: {},
    models: new Map([["m-1", { price }]]),
    allowPrivate: false,
    streamUsage: true,
  },
  anthropic: {
    kind: "anthropic",
    name: "claude",
    baseUrl: null,
    keyEnv: "ANTHROPIC_API_KEY",
    models: new Map([["c-1", { price }]]),
    allowPrivate: false,
  },
  simulated: { kind: "simulated", name: "practice", models: new Map([["s-1", simulatedModel]]), seed: 1 },
};

const terms = {
  environment: { VENDOR_KEY: " sk-1\n", ANTHROPIC_API_KEY: "sk-2" },
  answerBytes: 1_000_000,
  clock: systemClock,
};

const started: Provider[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((provider) => provider.close()));
});

test.each(Object.values(SETTINGS))("starts a provider of the kind $kind with its name and prices", async (settings) => {
  const provider = await createProvider(settings, terms);
  started.push(provider);
  expect(provider.name).toBe(settings.name);
  expect([...provider.prices.values()]).toEqual([price]);
  expect(provider.speaks).toBe(settings.kind === "anthropic" ? null : "openai-chat");
});

test.each(["openai-compatible", "anthropic"] as const)(
  "names the variable when the key of %s is not set",
  async (kind) => {
    const error: unknown = await createProvider(SETTINGS[kind], { ...terms, environment: {} }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RollwardError);
    expect((error as RollwardError).message).toContain(kind === "anthropic" ? "ANTHROPIC_API_KEY" : "VENDOR_KEY");
  },
);

test("needs no key where none is configured", async () => {
  const settings = { ...SETTINGS["openai-compatible"], keyEnv: null };
  started.push(await createProvider(settings, { ...terms, environment: {} }));
  expect(started).toHaveLength(1);
});
