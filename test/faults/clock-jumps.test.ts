import { afterEach, describe, expect, test } from "vitest";
import { clearOfTheHour } from "../fixtures/clear-of-the-hour.ts";
import { JumpingClock } from "../fixtures/jumping-clock.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

/** $1 and $2 per token. */
const project = (more: string, policy: string): Readonly<Record<string, string>> => ({
  "rollward.yaml": `${simulatedText(modelText("dear-2026-01-01", { input: 1_000_000 }))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
    parameters: { temperature: 0 }
    ${policy}
${more}`,
});

async function start(clock: JumpingClock, more: string, policy = ""): Promise<RunningServer> {
  running = await startServer(project(more, policy), { clock });
  return running;
}

let asked = 0;

async function call({ url }: RunningServer, content = `Question ${(asked += 1)}`) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support-bot", max_tokens: 64, messages: [{ role: "user", content }] }),
  });
  await response.arrayBuffer();
  const { headers, status } = response;
  return {
    status,
    cache: headers.get("x-rollward-cache"),
    age: headers.get("age"),
    id: headers.get("x-rollward-call"),
  };
}

const statusesOf = async (server: RunningServer, count: number): Promise<readonly number[]> =>
  (await Promise.all(Array.from({ length: count }, () => call(server)))).map(({ status }) => status);

const admitted = async (server: RunningServer, count: number): Promise<number> =>
  (await statusesOf(server, count)).filter((status) => status === 200).length;

describe("a wall clock that is set", () => {
  test("moves no limit, neither forwards nor backwards", async () => {
    const clock = new JumpingClock();
    const server = await start(clock, "limits: { rates: { all: { per: environment, requests: 100/d, burst: 5 } } }\n");
    expect(await admitted(server, 20)).toBe(5);
    for (const byMs of [DAY_MS, -2 * DAY_MS, 10 * YEAR_MS, -20 * YEAR_MS]) {
      clock.setWall(byMs);
      expect(await admitted(server, 5)).toBe(0);
    }
  });

  test("gives no window of a budget its money twice: set back, it is the window that was spent already", async () => {
    await clearOfTheHour();
    const clock = new JumpingClock();
    const server = await start(clock, "budgets: { all: { per: environment, window: hour, amount: 4000 } }\n");
    const spend = async (): Promise<number> => {
      let answered = 0;
      for (let status = 200; status === 200;) {
        ({ status } = await call(server));
        if (status === 200) answered += 1;
      }
      return answered;
    };
    expect(await spend()).toBeGreaterThan(0);
    clock.setWall(HOUR_MS);
    const next = await spend();
    expect(next).toBeGreaterThan(0);
    clock.setWall(-HOUR_MS);
    expect(await spend()).toBe(0);
    clock.setWall(HOUR_MS);
    expect(await spend()).toBe(0);
    await server.server.house.gateway.budgets.close();
    const { body } = await server.ask("GET", "/api/budgets");
    const { data } = body as { readonly data: readonly { readonly spent_pico: string }[] };
    for (const { spent_pico: spent } of data) expect(BigInt(spent)).toBeLessThanOrEqual(4_000n * 10n ** 12n);
  });

  test("makes no kept answer older than time, nor younger than it is by its own clock", async () => {
    const clock = new JumpingClock();
    const now = await start(clock, "", "cache: { ttl: 1h }");
    expect((await call(now, "Kept?")).cache).toBe("miss");
    clock.setWall(-10 * YEAR_MS);
    expect(await call(now, "Kept?")).toMatchObject({ cache: "hit", age: "0" });
    clock.setWall(10 * YEAR_MS + 2 * HOUR_MS);
    expect((await call(now, "Kept?")).cache).toBe("miss");
  });

  test("loses no record and no spend: every call is found under its id, whenever it was", async () => {
    const clock = new JumpingClock();
    const server = await start(clock, "");
    const made: (string | null)[] = [];
    for (const byMs of [0, 40 * DAY_MS, -80 * DAY_MS, 400 * DAY_MS, -360 * DAY_MS]) {
      clock.setWall(byMs);
      for (let each = 0; each < 3; each += 1) made.push((await call(server)).id);
    }
    for (const id of made) {
      await expect
        .poll(async () => (await server.ask("GET", `/api/calls/${id}`)).status, { timeout: 60_000 })
        .toBe(200);
    }
    const { body } = await server.ask("GET", "/api/health");
    expect(body).toMatchObject({ records: { dropped_facts: 0 } });
  });
});

describe("a machine that was asleep", () => {
  test("fills a bucket once, however long it slept", async () => {
    const clock = new JumpingClock();
    const server = await start(clock, "limits: { rates: { all: { per: environment, requests: 100/d, burst: 5 } } }\n");
    expect(await admitted(server, 20)).toBe(5);
    clock.sleep(30 * DAY_MS);
    expect(await admitted(server, 20)).toBe(5);
    expect(await admitted(server, 5)).toBe(0);
  });

  test("answers, keeps its budgets and forgets no place under a cap", async () => {
    const clock = new JumpingClock();
    const server = await start(
      clock,
      `limits: { rates: { all: { per: environment, concurrent: 3 } } }
budgets: { all: { per: environment, window: total, amount: 4000 } }
`,
    );
    const before = await admitted(server, 3);
    clock.sleep(2 * DAY_MS);
    const after = await admitted(server, 3);
    expect([before, after]).toEqual([3, 3]);
    let answered = 0;
    while ((await call(server)).status === 200) answered += 1;
    await server.server.house.gateway.budgets.close();
    const { body } = await server.ask("GET", "/api/budgets");
    const [all] = (body as { readonly data: readonly { readonly spent_pico: string }[] }).data;
    expect(answered).toBeGreaterThan(0);
    expect(BigInt(all?.spent_pico ?? "0")).toBeLessThanOrEqual(4_000n * 10n ** 12n);
  });
});
