import { afterEach, expect, test } from "vitest";
import { call, comparing, send, tenantKey } from "../fixtures/feedback-stage.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const METRICS = "business: { sold: { event: good, required: true } }";

test("a key may send so much feedback and no more: 429 with Retry-After, counted, and no other key suffers", async () => {
  const [files] = Object.values(comparing("good-2026-01-01", METRICS));
  running = await startServer({ "rollward.yaml": `${files}limits: { feedback: 5/h }\n` });
  const { url } = running;
  const { id } = await call(running, { session: "s-1" });
  const sold = (count: number, from = 0) => ({
    metrics: Array.from({ length: count }, (_, index) => ({
      id: `m-${from + index}`,
      session: "s-1",
      name: "sold",
      value: true,
    })),
  });
  await running.server.house.gateway.recorder.flush();
  expect((await send(running, "/v1/metrics", sold(4))).status).toBe(200);
  expect((await send(running, "/v1/feedback", { call: id, thumbs: "up" })).status).toBe(200);
  const refused = await fetch(`${url}/v1/metrics`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(sold(1, 10)),
  });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(5);
  expect(await refused.json()).toMatchObject({
    error: {
      code: "feedback_rate_limited",
      message: expect.stringContaining("5 things are taken in 3600 s") as string,
    },
  });
  const key = await tenantKey(running, "acme");
  const other = await call(running, { session: "s-2", key });
  await running.server.house.gateway.recorder.flush();
  expect((await send({ url, key }, "/v1/feedback", { call: other.id, thumbs: "up" })).status).toBe(200);
  const health = (await running.ask("GET", "/api/health")).body as { refused: Record<string, number> };
  expect(health.refused["feedback_rate_limited"]).toBe(1);
});
