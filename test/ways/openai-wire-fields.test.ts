import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startReplyingUpstream } from "../fixtures/replying-upstream.ts";
import type { ReplyingUpstream } from "../fixtures/replying-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const project = (baseUrl: string): string => `environment: production
providers:
  mistral:
    kind: mistral
    base_url: ${baseUrl}
    key_env: MISTRAL_TEST_KEY
    allow_private: true
    models:
      m-2026-01-01: { price: { input: 1, output: 2 } }
endpoints:
  bot: { models: [mistral/m-2026-01-01] }
`;

const QUESTION = { max_tokens: 9, messages: [{ role: "user", content: "Hello" }] };

describe("a vendor of OpenAI's wire that knows some of its fields only", () => {
  let upstream: ReplyingUpstream;
  let server: RunningServer;

  beforeAll(async () => {
    upstream = await startReplyingUpstream(() => ({ message: { role: "assistant", content: "Hi." } }));
    server = await startServer(
      { "rollward.yaml": project(upstream.baseUrl) },
      { environment: { MISTRAL_TEST_KEY: "sk-test" } },
    );
  });

  afterAll(async () => {
    await server.stop();
    await upstream.close();
  });

  const ask = (path: string, body: object): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "bot", ...body }),
    });

  test("is not told who the user is by clients of another dialect, who hear of it", async () => {
    const response = await ask("/v1/messages", { ...QUESTION, metadata: { user_id: "ada" } });
    expect([response.status, response.headers.get("x-rollward-left-out")]).toEqual([200, "user"]);
    expect(upstream.asked.at(-1)).not.toHaveProperty("user");
  });

  test("is not asked for what it would not do", async () => {
    const asked = upstream.asked.length;
    const response = await ask("/v1/responses", { input: "Hello", store: false, service_tier: "flex" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "untranslatable", param: "service_tier" } });
    expect(upstream.asked.length).toBe(asked);
  });

  test("gets a chat completion as it is", async () => {
    expect((await ask("/v1/chat/completions", { ...QUESTION, user: "ada" })).status).toBe(200);
    expect(upstream.asked.at(-1)).toHaveProperty("user", "ada");
  });
});
