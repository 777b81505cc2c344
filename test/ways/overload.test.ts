import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { healthView } from "../../src/contract/health.ts";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: CountingUpstream;
let server: RunningServer;

beforeEach(async () => {
  upstream = await startCountingUpstream();
  server = await startServer(
    {
      "rollward.yaml": `environment: production
providers:
  up: { kind: openai-compatible, base_url: "${upstream.baseUrl}", key_env: UP_KEY, models: { m-1: { price: { input: 1, output: 2 } } } }
endpoints:
  shop: { models: [up/m-1] }
  crawler: { models: [up/m-1] }
limits:
  shed_at: { bytes: 64KiB, delay: 60s }
  queue: { wait: 1s, classes: [{ endpoints: [shop] }] }
`,
    },
    { environment: { UP_KEY: "sk-test" } },
  );
});

afterEach(async () => {
  await server.stop();
  await upstream.close();
});

const call = (model: string, bytes = 10): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "x".repeat(bytes) }] }),
  });

const overload = async (): Promise<z.output<typeof healthView>["meters"]["overload"]> =>
  ((await server.ask("GET", "/api/health")).body as z.output<typeof healthView>).meters.overload;

describe("overload", () => {
  test("later classes are refused while large requests are under way; what is under way is answered", async () => {
    const release = upstream.hold();
    const large = call("crawler", 70_000);
    await upstream.nextRequest();
    expect((await overload()).strain).toBeGreaterThan(1);
    const refused = await call("crawler");
    expect(refused.status).toBe(503);
    expect(await refused.text()).toMatch(/it holds \d+ bytes of requests, .* calls of this class are refused until/);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    const first = call("shop");
    await upstream.nextRequest();
    release();
    const answers = await Promise.all([large, first]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await Promise.all(answers.map((answer) => answer.text()));
    expect(upstream.asked.length).toBe(2);
    expect(await overload()).toMatchObject({ refused: 1, refused_by_class: [0, 1] });
    let said = "";
    await runCli(["--url", server.url, "limits", "show"], { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
      said += text;
    });
    expect(said).toContain("1 refused so far (class 2: 1).");
  });

  test("the first class is refused last, and everybody is let in when the load is gone", async () => {
    const release = upstream.hold();
    const large = [0, 1, 2, 3].map(() => call("shop", 70_000));
    await expect.poll(() => upstream.asked.length).toBe(4);
    const refused = await call("shop");
    await refused.text();
    expect(refused.status).toBe(503);
    release();
    for (const answer of await Promise.all(large)) {
      expect(answer.status).toBe(200);
      await answer.text();
    }
    const isLetIn = async (): Promise<boolean> => {
      const answer = await call("crawler");
      await answer.text();
      return answer.status === 200;
    };
    await expect.poll(isLetIn, { timeout: 60_000 }).toBe(true);
    expect((await overload()).bytes).toBe(0);
  });

  test("a refused call is written down, belongs to no release and asks nobody", async () => {
    const release = upstream.hold();
    const large = call("crawler", 70_000);
    await upstream.nextRequest();
    const refused = await call("crawler");
    await refused.text();
    release();
    await (await large).text();
    await server.server.house.gateway.recorder.flush();
    const { body } = await server.ask("GET", `/api/calls/${refused.headers.get("x-rollward-call")}`);
    expect(body).toMatchObject({ status: 503, error: "overloaded", release: null, attempts: [] });
  });
});
