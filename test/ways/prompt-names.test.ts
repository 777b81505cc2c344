import { afterAll, beforeAll, expect, test } from "vitest";
import { startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let platform: OpenAiPlatform;
let server: RunningServer;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  const endpoint = (name: string, provider: string, policy: string): string => `
  ${name}:
    models: [${provider}/m-2026-01-01]
    retries: { attempts: 1 }
    prompt_cache: ${policy}`;
  const provider = (name: string, kind: string): string => `
  ${name}:
    kind: ${kind}
    base_url: ${platform.baseUrl}
    key_env: TEST_KEY
    models:
      m-2026-01-01: { price: { input: 1, cached_input: 0.1, output: 2 } }`;
  server = await startServer(
    {
      "rollward.yaml": `environment: production
providers:${provider("openai", "openai")}${provider("other", "openai-compatible")}
endpoints:${endpoint("bot", "openai", "auto")}${endpoint("plain", "openai", "off")}${endpoint("strange", "other", "auto")}
`,
    },
    { environment: { TEST_KEY: "sk-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  await platform.close();
});

/** The name that the provider was sent with a question. */
async function nameOf(model: string, rest: object = {}, question = "Hi"): Promise<unknown> {
  const { status } = await server.ask("POST", "/v1/chat/completions", {
    model,
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", content: question },
    ],
    ...rest,
  });
  expect(status).toBe(200);
  return (JSON.parse(platform.last().body.toString()) as { prompt_cache_key?: unknown }).prompt_cache_key;
}

test("requests with one beginning get one name, and others another", async () => {
  const name = await nameOf("bot");
  expect(name).toMatch(/^rollward-[0-9a-f]{32}$/);
  expect(await nameOf("bot", {}, "Another question")).toBe(name);
  expect(await nameOf("bot", { tools: [{ type: "function", function: { name: "a", parameters: {} } }] })).not.toBe(
    name,
  );
});

test("a name of the client's stays", async () => {
  expect(await nameOf("bot", { prompt_cache_key: "mine" })).toBe("mine");
});

test("no name is set where the release does not say so, nor for a provider that may not know it", async () => {
  expect(await nameOf("plain")).toBeUndefined();
  expect(await nameOf("strange")).toBeUndefined();
});

test("the responses of other clients have names as well", async () => {
  const { status } = await server.ask("POST", "/v1/responses", {
    model: "bot",
    input: "Hi",
    instructions: "Be kind.",
    store: false,
  });
  expect(status).toBe(200);
  expect(JSON.parse(platform.last().body.toString())).toMatchObject({
    prompt_cache_key: expect.stringMatching(/^rollward-/) as string,
  });
});
