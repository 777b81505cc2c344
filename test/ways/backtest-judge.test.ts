import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GATE_SECRET, says, startGateServer } from "../fixtures/gate-server.ts";
import type { AnswerGate, GateServer } from "../fixtures/gate-server.ts";
import { startStage } from "../fixtures/backtest-stage.ts";
import type { BacktestStage } from "../fixtures/backtest-stage.ts";
import { modelText, simulatedText } from "../fixtures/running-server.ts";

let stage: BacktestStage | null = null;
let judge: GateServer;

beforeEach(async () => {
  judge = await startGateServer();
});

afterEach(async () => {
  await stage?.stop();
  stage = null;
  await judge.close();
});

const MODELS = simulatedText(
  modelText("short-2026-01-01"),
  modelText("long-2026-02-01").replace("median: 8", "median: 60"),
);

const project = (model: string, more: string): string => `${MODELS}
endpoints:
  bot:
    models: [sim/${model}]
    parameters: { max_tokens: 200 }
    rollout:
      steps: [50%, 100%]
      metrics:
        cost: false
        judge:
          score: helpful
          digest: judge-1
          share: 50%
          pairs: { kind: http, url: "${judge.url}", secret_env: GATE_SECRET, required: true${more} }
`;

async function staged(sessions: number, more = ""): Promise<BacktestStage> {
  stage = await startStage(project("short-2026-01-01", more), { environment: { GATE_SECRET } });
  await stage.record(sessions);
  await stage.apply(project("long-2026-02-01", more));
  return stage;
}

/** Prefers the longer answer, or the shorter one, wherever it stands. */
const byLength =
  (wish: "longer" | "shorter"): AnswerGate =>
  (response, asked, { first, second }) => {
    const [one, other] = [first, second].map((answer) => (answer as { text: string }).text.length);
    const isFirst = (one ?? 0) > (other ?? 0) === (wish === "longer");
    says({ better: isFirst ? "first" : "second" })(response, asked, {});
  };

const PAIR = { candidate: "bot@2", against: "bot@1", concurrency: 8 };

describe("a backtest with a judge of pairs", () => {
  test("has each session judged in both orders, for what it has said beforehand", async () => {
    judge.answer = byLength("longer");
    const on = await staged(60, ", question_usd: 0.01, budget_usd: 1, at_once: 4");
    const planned = await on.plan(PAIR);
    // One dollar pays for fifty of the sixty.
    expect(planned.estimate.basis.join(" ")).toContain("A judge is asked about 50 of the sessions, twice each: 1 USD");
    await on.running.ask("POST", `/api/backtests/${planned.id}/start`);
    const { result } = await on.until(planned.id, ({ state }) => state === "ended");
    expect(result?.judged).toEqual({ candidate: 50, baseline: 0, ties: 0, flipped: 0, failed: 0, trouble: null });
    expect(judge.asked).toHaveLength(100);
    expect(judge.asked.every(({ isSigned }) => isSigned)).toBe(true);
    expect(JSON.stringify(judge.asked[0]?.body)).not.toMatch(/candidate|baseline|2026-02-01|bot@/);
    expect(result?.metrics.find(({ metric }) => metric === "judge")).toMatchObject({
      counts: true,
      verdict: "non-inferior",
    });
    const spent = BigInt(result?.spent_pico ?? 0);
    expect(spent).toBeGreaterThan(1_000_000_000_000n);
    expect(spent).toBeLessThanOrEqual(BigInt(planned.estimate.most_pico));
    const { text } = await on.cli("backtest", "show", planned.id);
    expect(text).toContain("judge: the candidate preferred in 50, the baseline in 0, neither in 0");
  });

  test("finds harm where the recorded answers are liked better", async () => {
    judge.answer = byLength("shorter");
    const on = await staged(60);
    const { result } = await on.run(PAIR);
    expect(result).toMatchObject({ verdict: "harm", why: expect.stringContaining("judge 0.0 % → 100.0 %") as string });
  });

  test("comes to its end when the judge fails, and clears nothing for which a word of the judge is required", async () => {
    judge.answer = says({}, 500);
    const on = await staged(40);
    const { ended, result } = await on.run(PAIR);
    expect(ended?.how).toBe("complete");
    expect(result).toMatchObject({
      verdict: "inconclusive",
      sessions: { compared: 40 },
      judged: { failed: 40, trouble: "it answered 500" },
    });
  });
});
