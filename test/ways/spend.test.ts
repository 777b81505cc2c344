import { afterEach, describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { HOUR_MS, hourOf } from "../../src/domain/spend/spend-book.ts";
import { findDearHours } from "../../src/jobs/find-dear-hours.ts";
import { forecastWindows } from "../../src/jobs/look-at-spend.ts";
import { createMemorySpendStore } from "../../src/adapters/stores/memory/memory-spend-store.ts";
import { NO_SPEND } from "../../src/domain/spend/add-spend.ts";
import type { ModelSpend } from "../../src/domain/spend/spend.ts";
import { clearOfTheHour } from "../fixtures/clear-of-the-hour.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = {
  "rollward.yaml": `${simulatedText(
    modelText("good-2026-01-01", { input: 3 }),
    modelText("bad-2026-03-01", { failures: "cut: 100%" }),
  )}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
  failing-bot:
    models: [sim/bad-2026-03-01, sim/good-2026-01-01]
`,
};

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function call({ url }: RunningServer, model: string, user?: string): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello, how are you today?" }], user }),
  });
  await response.arrayBuffer();
  return response.headers.get("x-rollward-call") ?? "";
}

describe("what was spent", () => {
  test("is the sum of what the recorded calls cost, to the last pico-dollar, told apart as asked", async () => {
    await clearOfTheHour();
    running = await startServer(PROJECT);
    const server = running;
    const ids: string[] = [];
    for (const user of ["ada", "ada", "grace", undefined]) ids.push(await call(server, "support-bot", user));
    for (let sent = 0; sent < 3; sent += 1) ids.push(await call(server, "failing-bot", "ada"));
    await server.server.house.gateway.recorder.flush();
    await server.server.house.spendKeeper.write();
    let recorded = 0n;
    for (const id of ids) {
      const { body } = await server.ask("GET", `/api/calls/${id}`);
      recorded += BigInt((body as { readonly cost_pico: string }).cost_pico);
    }
    const costs = async (by: string): Promise<readonly { readonly cost_pico: string }[]> =>
      ((await server.ask("GET", `/api/spend?by=${by}`)).body as { readonly data: { readonly cost_pico: string }[] })
        .data;
    expect(recorded).toBeGreaterThan(0n);
    expect((await server.ask("GET", "/api/health")).body).toMatchObject({ spend: { merged: 0, trouble: null } });
    for (const by of ["endpoint,model", "user", "key", "hour", "endpoint,model,key,user,hour"]) {
      expect((await costs(by)).reduce((sum, { cost_pico }) => sum + BigInt(cost_pico), 0n)).toBe(recorded);
    }
    const { body } = await server.ask("GET", "/api/spend?by=user,endpoint&user=grace");
    expect(body).toMatchObject({ data: [{ user: "grace", endpoint: "support-bot", calls: 1 }] });
  });

  test("is shown by the command line, with why it changed and what is to be expected", async () => {
    await clearOfTheHour();
    running = await startServer(PROJECT);
    await call(running, "support-bot");
    await running.server.house.spendKeeper.write();
    const say = vi.fn<(text: string) => void>();
    const cli = async (...args: readonly string[]): Promise<string> => {
      say.mockClear();
      expect(await runCli(["--url", running?.url ?? "", ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, say)).toBe(0);
      return say.mock.calls.flat().join("");
    };
    expect(await cli("spend", "show")).toContain("sim/good-2026-01-01");
    expect(await cli("spend", "show", "--by", "user,hour")).toContain("tokens in");
    expect(await cli("spend", "why", "--hours", "1")).toContain("number of calls");
    expect(await cli("spend", "forecast")).toContain("month");
    expect(await cli("spend", "anomalies")).toContain("Nothing is too dear.");
    const { status } = await running.ask("GET", "/api/spend?by=colour");
    expect(status).toBe(400);
  });
});

const USD = 10n ** 12n;
const NOW = Date.UTC(2026, 10, 21, 15, 30);
const DAY = 24 * HOUR_MS;

const costing = (calls: number, costPico: bigint): ModelSpend => ({
  ...NO_SPEND,
  calls,
  classes: { ...NO_SPEND.classes, output: { tokens: calls, costPico } },
});

describe("looking at spend", () => {
  test("finds the endpoint, the user and the tenant that are too dear, and says why to the last pico-dollar", async () => {
    const store = createMemorySpendStore(10_000);
    const sources = { spend: store, tenantOf: (keyId: string) => (keyId === "key_1" ? "acme" : null) };
    const slot = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "ada" };
    const hour = hourOf(NOW);
    for (let day = 1; day <= 10; day += 1) {
      await store.write(`rep_${day}`, [
        { ...slot, hour: hour - day * DAY, spend: costing(100, BigInt(10 + (day % 2)) * USD) },
      ]);
    }
    await store.write("rep_0", [{ ...slot, hour, spend: costing(200, 30n * USD) }]);
    const found = await findDearHours(sources, NOW);
    expect(found.map(({ subject }) => subject)).toEqual([
      { type: "endpoint", name: "bot" },
      { type: "user", name: "ada" },
      { type: "tenant", name: "acme" },
    ]);
    const [{ change, anomaly } = { change: null, anomaly: null }] = found;
    expect(anomaly?.ratio).toBeGreaterThan(2.5);
    expect(change).toMatchObject({ changePico: 20n * USD, volumePico: 10n * USD, pricePico: 10n * USD });
    await store.write("rep_0", [{ ...slot, hour, spend: costing(100, 14n * USD) }]);
    expect(await findDearHours(sources, NOW)).toEqual([]);
  });

  test("expects of the day and the month what the days before were like", async () => {
    const store = createMemorySpendStore(10_000);
    const slot = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "" };
    for (let day = 0; day < 5; day += 1) {
      await store.write(`rep_${day}`, [{ ...slot, hour: hourOf(NOW) - day * DAY - DAY, spend: costing(1, 24n * USD) }]);
    }
    const [day, month] = await forecastWindows(store, {}, NOW);
    expect(day).toMatchObject({ spentPico: 0n, endsAt: Date.UTC(2026, 10, 22) });
    expect(day?.forecast?.expectedPico).toBe((24n * USD * 85n) / 240n);
    expect(month).toMatchObject({ spentPico: 120n * USD, endsAt: Date.UTC(2026, 11, 1) });
    expect(month?.forecast?.days).toBe(5);
  });
});
