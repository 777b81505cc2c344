import { afterEach, expect, test } from "vitest";
import { startStage } from "../fixtures/backtest-stage.ts";
import type { BacktestStage } from "../fixtures/backtest-stage.ts";
import { modelText, simulatedText } from "../fixtures/running-server.ts";

const project = (model: string): string => `${simulatedText(
  modelText("good-2026-01-01"),
  modelText("bad-2026-01-01", { failures: "malformed: 60%" }),
)}
endpoints:
  bot:
    models: [sim/${model}-2026-01-01]
    parameters: { max_tokens: 32 }
    rollout:
      steps: [50%, 100%]
      gates:
        replay: { kind: backtest, at: before_start, calls: 1d, sample: 60, budget_usd: 1 }
`;

let stage: BacktestStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

interface Gated {
  readonly weight: number;
  readonly state: string;
  readonly gates?: readonly { readonly gate: string; readonly standing: string; readonly detail: string }[];
}

const rollouts = async ({ running }: BacktestStage): Promise<readonly Gated[]> =>
  ((await running.ask("GET", "/api/rollouts?endpoint=bot")).body as { readonly data: readonly Gated[] }).data;

/** Waits until the gate has passed or failed. */
async function decided(on: BacktestStage): Promise<NonNullable<Gated["gates"]>[number]> {
  for (;;) {
    const [newest] = await rollouts(on);
    const gate = newest?.gates?.find(({ standing }) => standing !== "pending" && standing !== "waiting");
    if (gate !== undefined) return gate;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a rollout that asks for a backtest does not start with a candidate that does harm on recorded sessions", async () => {
  stage = await startStage(project("good"));
  await stage.record(60);
  await stage.apply(project("bad"));
  const gate = await decided(stage);
  expect(gate).toMatchObject({ gate: "replay", standing: "failed" });
  expect(gate.detail).toContain("The candidate does harm: errors 0.0 % →");
  const [rollout] = await rollouts(stage);
  expect(rollout).toMatchObject({ state: "pending", weight: 0 });
});
