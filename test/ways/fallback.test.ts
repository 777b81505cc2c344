import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

beforeAll(async () => {
  const broken = modelText("broken-2026-01-01", { failures: "server_error: 100%" });
  server = await startServer(
    {
      "rollward.yaml": `${simulatedText(broken, modelText("good-2026-01-01"))}
  claude:
    kind: anthropic
    key_env: TEST_ANTHROPIC_KEY
    models:
      claude-test-2026-01-01:
        price: { input: 3, output: 15 }
endpoints:
  rescued:
    models: [sim/broken-2026-01-01, claude/claude-test-2026-01-01, sim/good-2026-01-01]
  lost:
    models: [sim/broken-2026-01-01, claude/claude-test-2026-01-01]
`,
    },
    { environment: { TEST_ANTHROPIC_KEY: "sk-ant-test" } },
  );
});

afterAll(() => server.stop());

const ask = (model: string): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    // No other dialect has log probabilities.
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], logprobs: true }),
  });

test("a fallback that cannot take the request is passed over for the next", async () => {
  const response = await ask("rescued");
  expect(response.status).toBe(200);
  expect(response.headers.get("x-rollward-tier")).toBe("fallback:2");
});

test("a fallback that cannot take the request does not hide why the first model failed", async () => {
  expect((await ask("lost")).status).toBeGreaterThanOrEqual(500);
});
