import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { accountOf } from "../../domain/budgets/budget-rule.ts";
import type { BacktestSession } from "../../domain/backtest/backtest-session.ts";
import type { MetricPlan } from "../../domain/rollout/plan.ts";
import type { BudgetRefusal } from "../../ports/budget-ledger.ts";
import type { SetAside } from "../copy-money/operator-budgets.ts";
import { BudgetWatch } from "./budget-watch.ts";
import { Purse, PURSE_RULE } from "./purse.ts";
import type { SessionReplay } from "./replay-session.ts";
import { SessionJudges } from "./session-judges.ts";

const HELD: BudgetRefusal = { account: accountOf(PURSE_RULE, "", 0), reason: "held", roomPico: 0n };

const METRIC: MetricPlan = {
  metric: "judge",
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 1,
  required: true,
  capPico: null,
  judge: {
    score: "helpful",
    digest: "judge-1",
    sample: 1,
    pairs: {
      place: { kind: "command", program: "judge", args: [] },
      timeoutMs: 1_000,
      atOnce: 1,
      questionPico: 1,
      budgetPico: null,
      required: false,
    },
  },
};

const SESSION: BacktestSession = {
  position: 0,
  session: "s-1",
  calls: ["c-1"],
  stratum: "plain",
  part: "drawn",
  worstPico: 10n,
  state: "under_way",
  tries: 0,
  spentPico: 0n,
  outcome: null,
  leftOut: null,
};

const SIDE = {
  failed: false,
  refused: false,
  invalid: false,
  latencyMs: 1,
  firstTokenMs: null,
  outputTokens: 1,
  costPico: 1n,
};
const answer = (text: string) => ({ text, toolCalls: [] });

const REPLAYED: SessionReplay = {
  type: "compared",
  outcome: {
    baseline: SIDE,
    candidate: SIDE,
    turns: [
      {
        baselineCall: "c-1",
        candidateCall: "c-2",
        usesTools: false,
        tools: "same",
        isExact: false,
        similarity: 0.5,
        structure: null,
        isDiverged: false,
      },
    ],
  },
  last: { bytes: Buffer.from("{}"), baseline: answer("No"), candidate: answer("Yes") },
};

/** Judges whose budget is held for good; `onWait` comes while they wait for it. */
function judgesOf(setAside: SetAside, onWait: () => void): SessionJudges {
  const clock = new HandClock();
  const after = (ms: number, then: () => void): (() => void) => {
    onWait();
    const cancel = clock.after(ms, then);
    clock.advance(ms);
    return cancel;
  };
  const judges = new SessionJudges({
    house: {
      clock: { now: () => clock.now(), elapsed: () => clock.elapsed(), after },
      judge: { ask: async () => ({ better: "first" }) },
    },
    backtest: {
      id: "b-1",
      channel: { environment: "production", endpoint: "bot" },
      policy: { metrics: [METRIC], alpha: 0.05, beta: 0.05, attempt: 1, caps: { costPico: 100, outputTokens: 100 } },
    },
    setAside,
    budgets: new BudgetWatch(clock),
  });
  judges.choose([SESSION]);
  return judges;
}

const purse = () => new Purse(100n, 0n).setAside(10n) ?? expect.unreachable();

describe("a session whose judge waits for a budget that is held", () => {
  test("is begun anew by whoever goes on where it is stopped meanwhile", async () => {
    const judges: SessionJudges = judgesOf(
      () => HELD,
      () => judges.stop(),
    );
    expect(await judges.take(SESSION, REPLAYED, purse())).toEqual({ type: "broken-off" });
  });

  test("is compared without a judge once the budget is waited for no longer", async () => {
    const judges = judgesOf(
      () => HELD,
      () => {},
    );
    expect(await judges.take(SESSION, REPLAYED, purse())).toBe(REPLAYED);
  });
});
