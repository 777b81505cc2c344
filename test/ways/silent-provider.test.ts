import { afterEach, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

let server: RunningServer;

afterEach(() => server.stop());

test("a provider that is given up before it said a word has read the request, and that is charged", async () => {
  server = await startServer({
    "rollward.yaml": `${simulatedText(modelText("mute-2026-01-01", { failures: "hang: 100%" }))}
endpoints:
  bot:
    models: [sim/mute-2026-01-01]
    timeouts: { first_token: 100ms }
`,
  });
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", stream: true, messages: [{ role: "user", content: "Hi" }] }),
  });
  expect(answer.status).toBe(504);
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${answer.headers.get("x-rollward-call")}`);
  const { attempts } = body as Call;
  expect(attempts).toMatchObject([{ end: "failed", usage: { output: 0, estimated: true } }]);
  expect(attempts[0]?.usage?.input).toBeGreaterThan(0);
});
