import { describe, expect, test } from "vitest";
import { createProvider } from "../../src/adapters/providers/index.ts";
import { createSimulatedServer } from "../../src/adapters/providers/simulated/create-simulated-server.ts";
import type { SimulatedServer } from "../../src/adapters/providers/simulated/create-simulated-server.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { loadProject } from "../../src/config/load.ts";
import { HOSTED_KINDS, OWN_KINDS } from "../../src/config/presets/openai-wire.ts";
import type { WireProvider } from "../../src/ports/provider.ts";
import { STEADY } from "../fixtures/simulated-models.ts";
import { wireProviderContract } from "./provider.contract.ts";
import { SENTINEL, ask, requestFor } from "./provider-subject.ts";
import type { WireProviderSubject } from "./provider-subject.ts";

interface Preset {
  readonly kind: string;
  /** Lines below the provider, beside its kind, key and models. */
  readonly lines: readonly string[];
  /** What follows the server's own address; it ends in `/v1` unless this says otherwise. */
  readonly base: string;
  readonly path: string;
  readonly isAzure?: boolean;
}

const PRESETS: readonly Preset[] = [
  ...[...HOSTED_KINDS, ...OWN_KINDS].map((kind) => ({ kind, lines: [], base: "/v1", path: "/v1/chat/completions" })),
  { kind: "azure-openai", lines: [], base: "", path: "/openai/v1/chat/completions", isAzure: true },
  {
    kind: "azure-openai",
    lines: ['api_version: "2024-10-21"'],
    base: "",
    path: "/openai/deployments/steady-1/chat/completions?api-version=2024-10-21",
    isAzure: true,
  },
];

/** The provider of rollward.yaml with this preset, made as the program makes it. */
async function providerOf({ kind, lines, base }: Preset, server: SimulatedServer, key: string): Promise<WireProvider> {
  const address = `base_url: ${new URL(server.url).origin}${base}`;
  const models = "models: { steady-1: { price: { input: 1, output: 2 } } }";
  const written = [`kind: ${kind}`, address, "key_env: PRESET_KEY", models, ...lines].map((line) => `    ${line}`);
  const text = ["providers:", "  preset:", ...written, "endpoints: {}", ""].join("\n");
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  const settings = loaded.ok ? loaded.project.providers.get("preset") : undefined;
  if (settings === undefined) throw new Error(JSON.stringify(loaded));
  const terms = { environment: { PRESET_KEY: key }, answerBytes: 64 * 1024 * 1024, clock: systemClock };
  const provider = await createProvider(settings, terms);
  if (provider.speaks === null) throw new Error(`${kind} speaks no wire.`);
  return provider;
}

const subjectOf = (preset: Preset): WireProviderSubject => ({
  name: [preset.kind, ...preset.lines].join(" "),
  takesKey: true,
  ...(preset.isAzure === true && { keyHeaders: (key: string) => ({ "api-key": key }) }),
  async open({ models, apiKey }) {
    const server = await createSimulatedServer({ models, seed: 1, clock: systemClock });
    const provider = await providerOf(preset, server, apiKey);
    return {
      provider,
      stats: () => server.stats(),
      async close() {
        await provider.close();
        await server.close();
      },
    };
  },
});

for (const preset of PRESETS) wireProviderContract(subjectOf(preset));

describe("a preset of the OpenAI wire", () => {
  test.each(PRESETS)("$kind $lines asks at $path", async (preset) => {
    const opened = await subjectOf(preset).open({
      models: new Map([["steady-1", STEADY]]),
      apiKey: SENTINEL,
      answerBytes: 1_000,
    });
    await ask(opened.provider, requestFor("steady-1"));
    expect(opened.stats().lastCalls[0]?.path).toBe(preset.path);
    await opened.close();
  });
});
