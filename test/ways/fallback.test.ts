import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { geminiWire } from "../fixtures/gemini-upstream.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { ScriptedUpstream } from "../fixtures/scripted-upstream.ts";

const SECRET = "a-secret-of-the-test";
const DOWN = ["sync", "late", "refused", "absent"];

const wire = geminiWire(SECRET);
let gemini: ScriptedUpstream;
let server: RunningServer;

/** Each endpoint has a first model of its own, because breakers are kept by model. */
const yaml = (): string => {
  const down = DOWN.flatMap((name) => [
    modelText(`down-${name}-2026-01-01`, { failures: "server_error: 100%" }),
    modelText(`out-${name}-2026-01-01`, { failures: "server_error: 100%" }),
  ]);
  const by = { sync: "claude/claude-test-2026-01-01", late: GEMINI, refused: GEMINI, absent: GEMINI };
  const endpoints = Object.entries(by).map(
    ([name, second]) => `  ${name}-rescued:
    models: [sim/down-${name}-2026-01-01, ${second}, sim/good-2026-01-01]
  ${name}-lost:
    models: [sim/out-${name}-2026-01-01, ${second}]
`,
  );
  return `${simulatedText(...down, modelText("good-2026-01-01"))}
  claude:
    kind: anthropic
    key_env: TEST_SECRET
    models:
      claude-test-2026-01-01: { price: { input: 3, output: 15 } }
  gemini:
    kind: gemini
    base_url: ${gemini.origin}/v1beta
    key_env: TEST_SECRET
    models:
      gemini-3.5-flash: { price: { input: 1, output: 2 } }
endpoints:
${endpoints.join("")}  first:
    models: [${GEMINI}, sim/good-2026-01-01]
`;
};
const GEMINI = "gemini/gemini-3.5-flash";

beforeAll(async () => {
  gemini = await startScriptedUpstream(wire);
  server = await startServer({ "rollward.yaml": yaml() }, { environment: { TEST_SECRET: SECRET } });
});

afterAll(async () => {
  await server.stop();
  await gemini.close();
});

let before = 0;
beforeEach(() => void (before = gemini.requests.length));

/** How often Gemini was asked in this test. */
const asked = (): number => gemini.requests.length - before;

const ask = (model: string, more: object): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], ...more }),
  });

async function attemptsOf(response: Response): Promise<readonly unknown[]> {
  await response.text();
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  const { attempts } = body as z.output<typeof showCall.answer>;
  return attempts.map(({ model, reason, error }) => [model, reason, error?.code ?? null]);
}

// No dialect but OpenAI's has log probabilities. Anthropic's is refused before it is begun, Gemini's later.
describe.each([
  ["sync", false],
  ["late", false],
  ["late", true],
])("a fallback that cannot take the request (%s, stream %s)", (name, stream) => {
  test("is passed over for the next", async () => {
    const response = await ask(`${name}-rescued`, { logprobs: true, stream });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-rollward-tier")).toBe("fallback:2");
    await response.text();
    expect(asked()).toBe(0);
  });

  test("does not hide why the first model failed", async () => {
    const response = await ask(`${name}-lost`, { logprobs: true, stream });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(await response.text()).not.toContain("untranslatable");
    expect(asked()).toBe(0);
  });
});

describe.each([
  ["refused", wire.faults.refused],
  ["absent", { ...wire.faults.refused, status: 404 }],
])("a fallback whose provider refuses the request (%s)", (name, fault) => {
  test("is asked once and passed over for the next", async () => {
    gemini.play(fault);
    const response = await ask(`${name}-rescued`, {});
    expect(response.status).toBe(200);
    expect(response.headers.get("x-rollward-tier")).toBe("fallback:2");
    expect(asked()).toBe(1);
    expect((await attemptsOf(response)).slice(-2)).toEqual([
      ["gemini-3.5-flash", "fallback", "provider_refused_request"],
      ["good-2026-01-01", "fallback", null],
    ]);
  });

  test("does not hide why the first model failed", async () => {
    gemini.play(fault);
    const response = await ask(`${name}-lost`, {});
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(await response.text()).not.toContain("refused");
    expect(asked()).toBe(1);
  });
});

describe("the first model", () => {
  test("that cannot take the request ends the call at once", async () => {
    const response = await ask("first", { logprobs: true });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "untranslatable" } });
    expect(asked()).toBe(0);
  });

  test("whose provider refuses the request ends the call at once", async () => {
    gemini.play(wire.faults.refused);
    const response = await ask("first", {});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "provider_refused_request" } });
    expect(asked()).toBe(1);
  });
});
