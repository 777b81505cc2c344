import { afterEach, expect, test } from "vitest";
import { accountAt } from "../../../test/fixtures/embedding-providers.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { DialectName } from "../../ports/dialect.ts";
import type { Provider } from "../../ports/provider.ts";
import { systemClock } from "../system/system-clock.ts";
import { createProvider } from "./index.ts";
import type { ProviderKind, ProviderSettings } from "./index.ts";
import { loadPackage } from "./load-package.ts";

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

const cloud = {
  baseUrl: null,
  breaker: null,
  models: new Map([["m-1", { price }]]),
  allowPrivate: false,
};
const aws = {
  region: "eu-central-1",
  accessKeyEnv: "AWS_ACCESS_KEY_ID",
  secretKeyEnv: "AWS_SECRET_ACCESS_KEY",
  sessionTokenEnv: "AWS_SESSION_TOKEN",
};

/** A local model needs a file and a package that are not here; it has a test of its own. */
type StartedKind = Exclude<ProviderKind, "local-gguf">;

const SETTINGS: { readonly [Kind in StartedKind]: ProviderSettings[Kind] } = {
  "openai-compatible": {
    kind: "openai-compatible",
    name: "vendor",
    baseUrl: "http://127.0.0.1:1/v1",
    keyHeader: "bearer",
    deploymentsApi: null,
    keyEnvs: ["VENDOR_KEY"],
    breaker: null,
    headers: {},
    models: new Map([["m-1", { price }]]),
    allowPrivate: false,
    speaks: ["openai-chat"],
    streamUsage: true,
  },
  anthropic: {
    kind: "anthropic",
    name: "claude",
    baseUrl: null,
    keyEnvs: ["ANTHROPIC_API_KEY"],
    breaker: null,
    models: new Map([["c-1", { price }]]),
    allowPrivate: false,
  },
  gemini: { ...cloud, kind: "gemini", name: "google", keyEnvs: ["GEMINI_API_KEY"] },
  cohere: { ...cloud, kind: "cohere", name: "cohere", keyEnvs: ["COHERE_API_KEY"] },
  vertex: {
    ...cloud,
    kind: "vertex",
    name: "vertex",
    project: "a-project",
    location: "europe-west4",
    credentialsEnv: "GOOGLE_APPLICATION_CREDENTIALS",
  },
  bedrock: { ...cloud, ...aws, kind: "bedrock", name: "bedrock", keyEnvs: [] },
  sagemaker: { ...cloud, ...aws, kind: "sagemaker", name: "sagemaker" },
  simulated: {
    kind: "simulated",
    name: "practice",
    breaker: null,
    models: new Map([["s-1", simulatedModel]]),
    seed: 1,
  },
};

const terms = {
  environment: {
    VENDOR_KEY: " sk-1\n",
    ANTHROPIC_API_KEY: "sk-2",
    GEMINI_API_KEY: "sk-3",
    COHERE_API_KEY: "sk-4",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "sk-5",
    GOOGLE_APPLICATION_CREDENTIALS: accountAt("https://oauth2.googleapis.com"),
  },
  answerBytes: 1_000_000,
  clock: systemClock,
};

const started: Provider[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((provider) => provider.close()));
});

/** The dialect that others are translated to; `null` for a provider reached through the canonical call. */
const SPOKEN: { readonly [Kind in StartedKind]: DialectName | null } = {
  "openai-compatible": "openai-chat",
  anthropic: "anthropic-messages",
  gemini: null,
  cohere: null,
  vertex: null,
  bedrock: null,
  sagemaker: "openai-chat",
  simulated: "openai-chat",
};

test.each(Object.values(SETTINGS))("starts a provider of the kind $kind with its name and prices", async (settings) => {
  const provider = await createProvider(settings, terms);
  started.push(provider);
  expect(provider.name).toBe(settings.name);
  expect([...provider.prices.values()]).toEqual([price]);
  expect(provider.speaks?.[0] ?? null).toBe(SPOKEN[settings.kind]);
});

test.each([
  ["openai-compatible", "VENDOR_KEY"],
  ["anthropic", "ANTHROPIC_API_KEY"],
  ["gemini", "GEMINI_API_KEY"],
  ["cohere", "COHERE_API_KEY"],
  ["vertex", "GOOGLE_APPLICATION_CREDENTIALS"],
  ["bedrock", "AWS_ACCESS_KEY_ID"],
  ["sagemaker", "AWS_ACCESS_KEY_ID"],
] as const)("names the variable when the key of %s is not set", async (kind, variable) => {
  const error: unknown = await createProvider(SETTINGS[kind], { ...terms, environment: {} }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RollwardError);
  expect((error as RollwardError).message).toContain(variable);
});

const CUT_OFF = JSON.stringify({
  client_email: "robot@example.com",
  private_key: "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n",
  token_uri: "https://example.com/token",
});

test.each(["/nowhere/key.json", "{broken", "{}", CUT_OFF])(
  "refuses the credentials %s without showing them",
  async (given) => {
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: given };
    const error: unknown = await createProvider(SETTINGS.vertex, { ...terms, environment }).catch(
      (reason: unknown) => reason,
    );
    // No request is at fault: it is told where the server is started or a project applied.
    expect(error).toMatchObject({ code: "provider_unusable" });
    expect((error as RollwardError).message).toContain("GOOGLE_APPLICATION_CREDENTIALS");
    expect((error as RollwardError).message).not.toContain(given);
  },
);

test("says how to install a package that a provider needs", async () => {
  const absent = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  const error: unknown = await loadPackage("google", "@ai-sdk/google", () => Promise.reject(absent)).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: "invalid_request" });
  expect((error as RollwardError).message).toContain("npm install @ai-sdk/google");
});

test("needs no key where none is configured", async () => {
  const settings = { ...SETTINGS["openai-compatible"], keyEnvs: [] };
  started.push(await createProvider(settings, { ...terms, environment: {} }));
  expect(started).toHaveLength(1);
});
