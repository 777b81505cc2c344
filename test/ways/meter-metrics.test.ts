import { afterEach, expect, test } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  faq:
    models: [sim/good-2026-01-01]
    parameters: { temperature: 0 }
    cache: { ttl: 1h }
  bot:
    models: [sim/good-2026-01-01]
limits:
  rates:
    rare: { per: environment, requests: 2/d, burst: 2, only: { endpoints: [bot] } }
    wide: { per: environment, requests: 1000/s }
`,
};

const head = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };

async function call({ url }: RunningServer, model: string, content: string): Promise<number> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content }] });
  const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers: head, body });
  await answer.text();
  return answer.status;
}

/** The samples of a metric, by the value of one label. */
async function samples({ url }: RunningServer, name: string, label: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${url}/metrics`, { headers: head })).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`));
  return Object.fromEntries(
    lines.map((line) => [line.split(`${label}="`)[1]?.split('"')[0] ?? "", Number(line.split("} ")[1])]),
  );
}

test("metrics say which limit refused, and what the cache gave", async () => {
  running = await startServer(PROJECT);
  const server = running;
  const statuses = [];
  for (let made = 0; made < 3; made += 1) statuses.push(await call(server, "bot", "Hello"));
  expect(statuses).toEqual([200, 200, 429]);
  expect(await samples(server, "rollward_calls_limited_total", "limit")).toEqual({ rare: 1, wide: 0 });
  expect(await call(server, "faq", "Open?")).toBe(200);
  const lookups = () => samples(server, "rollward_cache_lookups_total", "status");
  await expect.poll(lookups).toEqual({ hit: 0, semantic: 0, stale: 0, miss: 1, bypass: 0 });
  const answered = { miss: 1, hit: 1 };
  await expect
    .poll(async () => {
      await call(server, "faq", "Open?");
      const { miss, hit = 0 } = await lookups();
      return { miss, hit: Math.min(hit, 1) };
    })
    .toEqual(answered);
  expect(await samples(server, "rollward_cache_poisoned_total", "environment")).toEqual({ production: 0 });
});
