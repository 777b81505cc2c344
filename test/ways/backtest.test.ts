import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { callView } from "../../src/contract/calls.ts";
import { modelText, simulatedText } from "../fixtures/running-server.ts";
import { startStage } from "../fixtures/backtest-stage.ts";
import type { BacktestStage, BacktestView } from "../fixtures/backtest-stage.ts";

type CallView = z.output<typeof callView>;

const MODELS = simulatedText(
  modelText("good-2026-01-01", { input: 3 }),
  modelText("also-2026-01-01", { input: 3 }),
  modelText("bad-2026-01-01", { input: 3, failures: "malformed: 10%" }),
  modelText("dear-2026-01-01", { input: 9 }),
);

const project = (model: string, more = ""): string => `${MODELS}
endpoints:
  bot:
    models: [sim/${model}-2026-01-01]
    parameters: { max_tokens: 64 }
${more}`;

let stage: BacktestStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

async function staged(candidate: string, sessions: number, more = ""): Promise<BacktestStage> {
  stage = await startStage(project("good", more));
  await stage.record(sessions);
  await stage.apply(project(candidate, more));
  return stage;
}

const pico = (text: string): bigint => BigInt(text);

const call = async ({ running }: BacktestStage, id: string): Promise<CallView> =>
  (await running.ask("GET", `/api/calls/${id}`)).body as CallView;

const metric = ({ result }: BacktestView, name: string) => result?.metrics.find((one) => one.metric === name);

describe("a backtest of a release", () => {
  test("that fails one time in ten finds it harmful, with the pairs to read side by side", async () => {
    const on = await staged("bad", 200);
    const done = await on.run({ candidate: "bot@2", against: "bot@1", sample: 500, concurrency: 8 });
    expect(done).toMatchObject({ state: "ended", ended: { how: "complete" }, result: { verdict: "harm" } });
    expect(done.result?.sessions).toEqual({ planned: 200, compared: 200, drawn: 200 });
    expect(metric(done, "errors")).toMatchObject({ verdict: "harm", baseline: 0, counts: true });
    const [worst] = done.result?.worst ?? [];
    await on.house.gateway.recorder.flush();
    const [was, is] = [await call(on, worst?.baseline_call ?? ""), await call(on, worst?.candidate_call ?? "")];
    expect(was).toMatchObject({ release: "bot@1", outcome: "ok" });
    expect(is).toMatchObject({ release: "bot@2", arm: null, backtest: { id: done.id, replays: was.id } });
    expect(worst?.because).toContain("failed");
    expect(is.attempts.some(({ error }) => error?.code === "provider_bad_answer")).toBe(true);
  });

  test("that is alike finds no harm, and costs no more than was said", async () => {
    const on = await staged("also", 150);
    const planned = await on.plan({ candidate: "bot@2", against: "bot@1", concurrency: 8 });
    expect(planned.state).toBe("planned");
    const { estimate } = planned;
    expect(estimate.calls).toBe(150);
    const begun = await on.running.ask("POST", `/api/backtests/${planned.id}/start`);
    expect(begun.status).toBe(200);
    const done = await on.until(planned.id, ({ state }) => state === "ended");
    expect(done.result?.verdict).not.toBe("harm");
    expect(metric(done, "cost")?.verdict).toBe("non-inferior");
    const spent = pico(done.result?.spent_pico ?? "0");
    expect(spent).toBeGreaterThan(0n);
    expect(spent).toBeLessThanOrEqual(pico(estimate.most_pico));
    // The same model at the same price: what was expected is what it came to, but for the length of the answers.
    const ratio = Number(spent) / Number(estimate.expected_pico);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  test("that costs three times as much finds that", async () => {
    const on = await staged("dear", 60);
    const done = await on.run({ candidate: "bot@2", against: "bot@1", concurrency: 8 });
    expect(done.result?.verdict).toBe("harm");
    expect(metric(done, "cost")?.effect.value).toBeCloseTo(3, 0);
  });

  test("is no traffic: no evidence, no session of a rollout, no budget of callers, and spend under a name of its own", async () => {
    const on = await staged("also", 30, "budgets:\n  all: { per: key, amount: 1, window: day }\n");
    const looks = async () => {
      const { data: rollouts } = (await on.running.ask("GET", "/api/rollouts?endpoint=bot")).body as {
        data: { metrics?: unknown }[];
      };
      const { data: budgets } = (await on.running.ask("GET", "/api/budgets")).body as {
        data: { spent_pico: string }[];
      };
      return { metrics: rollouts.map(({ metrics }) => metrics), settled: budgets.map((one) => one.spent_pico) };
    };
    await on.house.gateway.budgets.close();
    const before = await looks();
    const done = await on.run({ candidate: "bot@2", against: "bot@1", concurrency: 4 });
    expect(done.result?.sessions.compared).toBe(done.estimate.sessions);
    expect(await looks()).toEqual(before);
    await on.house.spendKeeper.write();
    const { data } = (await on.running.ask("GET", "/api/spend?by=endpoint,key")).body as {
      data: { endpoint: string; key: string; cost_pico: string }[];
    };
    const own = data.find(({ endpoint }) => endpoint === "bot (backtest)");
    expect(own).toMatchObject({ key: done.id, cost_pico: done.result?.spent_pico });
    // The replays of one are no sessions of the next.
    await on.house.gateway.recorder.flush();
    const next = await on.running.ask("POST", "/api/backtests", { candidate: "bot@1", against: "bot@2" });
    expect(next).toMatchObject({ status: 409, body: { error: { code: "backtest_impossible" } } });
  });

  test("is shown and decided by on the command line, also as JSON, and its exit code says the verdict", async () => {
    const on = await staged("bad", 200);
    const estimate = await on.cli("backtest", "bot@2", "--against", "bot@1", "--sample", "50", "--estimate");
    expect(estimate.code).toBe(0);
    expect(estimate.text).toContain("expected to cost");
    const asked = await on.cli("backtest", "bot@2", "--against", "bot@1", "--calls", "last 2 hours");
    expect(asked.code).toBe(1);
    expect(asked.text).toContain("has not begun");
    const args = ["--against", "bot@1", "--sample", "500", "--concurrency", "8", "--yes"];
    const told = await on.cli("backtest", "bot@2", ...args);
    expect(told.code).toBe(2);
    for (const words of ["HARM", "interval", "verdict", "errors", "to read side by side", "exact McNemar"]) {
      expect(told.text).toContain(words);
    }
    await on.house.gateway.recorder.flush();
    const calls = (await on.cli("calls", "list", "bot", "-n", "200")).text.split("\n").slice(1);
    expect(calls.filter((line) => line.includes("bot@2")).every((line) => line.includes(" backtest "))).toBe(true);
    const list = await on.cli("backtest", "list", "bot");
    const id = /bkt_[0-9a-z]{26}/.exec(list.text)?.[0] ?? "";
    const shown = await on.cli("--json", "backtest", "show", id);
    expect(shown.code).toBe(2);
    expect(JSON.parse(shown.text)).toMatchObject({ id, result: { verdict: "harm" } });
    expect((await on.cli("backtest", "stop", id)).text).toContain("complete");
  });

  test("is refused with the reason where there is nothing to replay or to replay it on", async () => {
    const on = await staged("also", 3);
    const ask = async (body: object) =>
      (await on.running.ask("POST", "/api/backtests", body)) as {
        status: number;
        body: { error: { code: string; message: string } };
      };
    expect((await ask({ candidate: "bot@1", against: "bot@2" })).body.error.message).toContain(
      "no session was recorded",
    );
    expect((await ask({ candidate: "bot@2", against: "bot@2" })).body.error.message).toContain("not with itself");
    expect((await ask({ candidate: "bot@9" })).body.error.code).toBe("release_not_found");
    expect((await ask({ candidate: "other@1" })).body.error.code).toBe("endpoint_not_found");
    expect((await ask({ candidate: "bot@2", against: "other@1" })).body.error.message).toContain("no release of bot");
    expect((await ask({ candidate: "bot@2", sample: 0 })).status).toBe(400);
    expect((await ask({ candidate: "bot@2", budget_usd: -1 })).status).toBe(400);
    const nobody = `bkt_${"0".repeat(26)}`;
    for (const path of [`/api/backtests/${nobody}/start`, `/api/backtests/${nobody}/stop`]) {
      expect((await on.running.ask("POST", path)).status).toBe(404);
    }
    const planned = await on.plan({ candidate: "bot@2", against: "bot@1" });
    await on.running.ask("POST", `/api/backtests/${planned.id}/stop`);
    expect((await on.running.ask("POST", `/api/backtests/${planned.id}/start`)).body).toMatchObject({
      error: { code: "backtest_ended" },
    });
  });
});
