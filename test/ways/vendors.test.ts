import { afterEach, describe, expect, test } from "vitest";
import { bedrockWire } from "../fixtures/bedrock-upstream.ts";
import { cohereWire } from "../fixtures/cohere-upstream.ts";
import { geminiWire } from "../fixtures/gemini-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import { SAGEMAKER_TEXT, sageMakerWire } from "../fixtures/sagemaker-upstream.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { VendorWire } from "../fixtures/scripted-upstream.ts";
import { TEXT } from "../contracts/conversing-subject.ts";

const SECRET = "a-secret-of-the-test";

interface Case {
  readonly wire: VendorWire;
  /** Lines below the provider. */
  readonly provider: (origin: string) => readonly string[];
  readonly model: string;
  readonly text: string;
}

const AWS = ["region: eu-central-1", "access_key_env: TEST_ACCESS_KEY", "secret_key_env: TEST_SECRET"];

const CASES: Readonly<Record<string, Case>> = {
  gemini: {
    wire: geminiWire(SECRET),
    provider: (origin) => ["kind: gemini", `base_url: ${origin}/v1beta`, "key_env: TEST_SECRET"],
    model: "gemini-3.5-flash",
    text: TEXT,
  },
  bedrock: {
    wire: bedrockWire(SECRET),
    provider: (origin) => ["kind: bedrock", `base_url: ${origin}`, ...AWS],
    model: "anthropic.claude-haiku-4-5-20251001-v1:0",
    text: TEXT,
  },
  cohere: {
    wire: cohereWire(SECRET),
    provider: (origin) => ["kind: cohere", `base_url: ${origin}/v2`, "key_env: TEST_SECRET"],
    model: "command-a-03-2025",
    text: TEXT,
  },
  sagemaker: {
    wire: sageMakerWire(SECRET),
    provider: (origin) => ["kind: sagemaker", `base_url: ${origin}`, ...AWS],
    model: "llama-endpoint",
    text: SAGEMAKER_TEXT,
  },
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Asks a running server whose endpoint `bot` is served by the vendor. */
async function ask({ wire, provider, model }: Case, scene: "text" | "credentials", more: object) {
  const upstream = await startScriptedUpstream(wire);
  closing.push(() => upstream.close());
  upstream.play(scene);
  const lines = [...provider(upstream.origin), "models:", `  ${model}: { price: { input: 1, output: 2 } }`];
  const text = [
    "providers:",
    "  vendor:",
    ...lines.map((line) => `    ${line}`),
    "endpoints:",
    "  bot:",
    `    models: [vendor/${model}]`,
    "",
  ];
  const environment = { TEST_SECRET: SECRET, TEST_ACCESS_KEY: "AKIDEXAMPLE" };
  const server = await startServer({ "rollward.yaml": text.join("\n") }, { environment });
  closing.push(() => server.stop());
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Well?" }], ...more }),
  });
  return { status: response.status, headers: response.headers, body: await response.text(), server };
}

const spoken = (stream: string): string =>
  stream
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map(
      (event) =>
        (JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? "",
    )
    .join("");

describe.each(Object.entries(CASES))("an endpoint served by %s", (_, given) => {
  test("answers in OpenAI's form, whole and streamed", async () => {
    const whole = await ask(given, "text", { stream: false });
    expect(whole.status).toBe(200);
    expect(JSON.parse(whole.body)).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: given.text }, finish_reason: "stop" }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    });
    const stream = await ask(given, "text", { stream: true });
    expect([stream.status, spoken(stream.body)]).toEqual([200, given.text]);
    expect(stream.body.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test("tells of refused credentials without repeating them", async () => {
    const { status, body } = await ask(given, "credentials", { stream: true });
    expect(status).toBeGreaterThanOrEqual(500);
    expect(body).toContain("provider_credentials");
    expect(body).not.toContain(SECRET);
  });
});

describe.each(["gemini", "bedrock", "cohere"])("a client that says who the user is, at %s", (name) => {
  const given = CASES[name];
  test("is answered, and told that the provider was not told", async () => {
    if (given === undefined) throw new Error("There is no such vendor.");
    const { status, headers, server } = await ask(given, "text", { user: "ada", service_tier: "default" });
    expect([status, headers.get("x-rollward-left-out")]).toEqual([200, "user"]);
    const path = `/api/calls/${headers.get("x-rollward-call")}`;
    await expect
      .poll(async () => JSON.stringify((await server.ask("GET", path)).body))
      .toContain('"left_out":["user"]');
  });

  test("of whom nothing is said is told nothing", async () => {
    if (given === undefined) throw new Error("There is no such vendor.");
    const { status, headers } = await ask(given, "text", { stream: false });
    expect([status, headers.get("x-rollward-left-out")]).toEqual([200, null]);
  });
});
