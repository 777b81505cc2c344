import { afterEach, expect, test } from "vitest";
import { createSimulatedServer } from "../../src/adapters/providers/simulated/create-simulated-server.ts";
import { createOpenAiCompatible } from "../../src/adapters/providers/openai-compatible/openai-compatible.ts";
import { loadProject } from "../../src/config/load.ts";
import type { OpenAiCompatibleSettings } from "../../src/config/project.ts";
import type { WireProvider } from "../../src/ports/provider.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { ScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import { sageMakerWire } from "../fixtures/sagemaker-upstream.ts";
import { RecordingSink } from "../fixtures/recording-sink.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The settings of the provider `azure` of a project, as the configuration reads them. */
function settingsOf(lines: readonly string[]): OpenAiCompatibleSettings {
  const text = ["providers:", "  azure:", ...lines.map((line) => `    ${line}`), "endpoints: {}", ""].join("\n");
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  const settings = loaded.ok ? loaded.project.providers.get("azure") : undefined;
  if (settings?.kind !== "openai-compatible") throw new Error(JSON.stringify(loaded));
  return settings;
}

async function asked(
  lines: (origin: string) => readonly string[],
): Promise<{ upstream: ScriptedUpstream; path: string }> {
  const wire = { ...sageMakerWire(""), refusal: () => null };
  const upstream = await startScriptedUpstream(wire);
  const settings = settingsOf(lines(upstream.origin));
  const provider: WireProvider = createOpenAiCompatible({
    ...settings,
    apiKey: "azure-key-zero",
    moreKeys: ["azure-key-one"],
    prices: new Map(),
    answerBytes: 1_000_000,
  });
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  const sink = new RecordingSink();
  const bytes = Buffer.from(JSON.stringify({ model: "chat prod", messages: [] }));
  provider.forward(
    { callId: "call_1", dialect: "openai-chat", model: "chat prod", bytes, connectMs: 5_000, key: 1 },
    sink,
  );
  await sink.over;
  return { upstream, path: upstream.requests[0]?.path ?? "" };
}

const MODELS = "models: { chat-prod: { price: { input: 2, output: 8 } } }";

test("sends the key in its own header and nothing as a bearer token", async () => {
  const { upstream } = await asked((origin) => ["kind: azure-openai", `base_url: ${origin}`, MODELS]);
  const headers = upstream.requests[0]?.headers ?? {};
  expect(headers).toMatchObject({ "api-key": "azure-key-one" });
  expect(headers).not.toHaveProperty("authorization");
  expect(JSON.stringify(headers)).not.toContain("azure-key-zero");
});

test.each([
  ["without a version, the version 1 API", [], "/openai/v1/chat/completions"],
  [
    "with a version, the path of the deployment",
    ['api_version: "2024-10-21"'],
    "/openai/deployments/chat%20prod/chat/completions?api-version=2024-10-21",
  ],
])("asks, %s", async (_, extra, expected) => {
  const { path } = await asked((origin) => ["kind: azure-openai", `base_url: ${origin}`, ...extra, MODELS]);
  expect(path).toBe(expected);
});

test.each(["groq", "vllm"])(
  "a provider of the kind %s needs its models alone, and another address where one is named",
  async (kind) => {
    const server = await createSimulatedServer({
      models: new Map(),
      seed: 1,
      clock: (await import("../../src/adapters/system/system-clock.ts")).systemClock,
    });
    closing.push(() => server.close());
    const known = settingsOf([`kind: ${kind}`, "models: { llama-3.1-8b-instant: {} }"]);
    expect(known.baseUrl).toMatch(/^https?:\/\/[^ ]+\/v1$/);
    const moved = settingsOf([`kind: ${kind}`, `base_url: ${server.url}`, "models: { llama-3.1-8b-instant: {} }"]);
    expect([moved.baseUrl, moved.allowPrivate]).toEqual([server.url, true]);
  },
);
