import { describe, expect, test } from "vitest";
import { FINE, pairOf, plannedBacktest, USUAL_POLICY } from "../../../test/fixtures/backtest-samples.ts";
import { randomFrom } from "../../../test/fixtures/random-cuts.ts";
import { readBacktestText, writeBacktestText } from "./backtest-text.ts";
import type { SessionSide } from "./compare-session.ts";
import { conclude } from "./conclude.ts";
import { sessionsToJudge } from "./judged-sessions.ts";
import type { BacktestResult } from "./result.ts";
import type { NamedPair } from "./worst-pairs.ts";

const BACKTEST = plannedBacktest("bkt_1", "bot");

const named = (
  count: number,
  candidateOf: (index: number) => Partial<SessionSide>,
  part: NamedPair["part"] = "drawn",
) =>
  Array.from({ length: count }, (_, index): NamedPair => ({
    session: `s${index}`,
    part,
    pair: pairOf(candidateOf(index)),
  }));

const result = (pairs: readonly NamedPair[], policy = USUAL_POLICY): BacktestResult =>
  conclude({ ...BACKTEST, policy }, { pairs, leftOut: [], spentPico: 5n, how: "complete" });

const FAILED = { failed: true, latencyMs: null } as const;

/** Sessions of two releases that are alike, or of which the candidate fails more often; costs vary and are heavy-tailed. */
function drawPairs(random: () => number, n: number, failing: number): readonly NamedPair[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const cost = (base: number): bigint => BigInt(Math.round(400_000 * base * Math.exp(0.3 * normal())));
  return Array.from({ length: n }, (_, index): NamedPair => {
    const base = Math.exp(0.7 * normal());
    const side = (rate: number): Partial<SessionSide> => ({ failed: random() < rate, costPico: cost(base) });
    return { session: `s${index}`, part: "drawn", pair: pairOf(side(failing), side(0.03)) };
  });
}

describe("over many seeds", () => {
  const RUNS = 80;
  const verdicts = (n: number, failing: number): readonly string[] => {
    const random = randomFrom(20_261_121);
    return Array.from({ length: RUNS }, () => result(drawPairs(random, n, failing)).verdict);
  };
  const share = (all: readonly string[], verdict: string): number => all.filter((one) => one === verdict).length / RUNS;

  test("an identical candidate is called harmful in less than 5 of 100 backtests, over all metrics together", () => {
    expect(share(verdicts(200, 0.03), "harm")).toBeLessThan(0.05);
  });

  test("one that fails ten more times in a hundred is found in more than 90 of 100, and never cleared", () => {
    const all = verdicts(500, 0.13);
    expect(share(all, "harm")).toBeGreaterThan(0.9);
    expect(share(all, "non-inferior")).toBe(0);
  });
});

describe("what a backtest concludes", () => {
  test("500 sessions alike are proven no worse", () => {
    const { verdict, why, metrics } = result(named(500, () => ({})));
    expect(verdict).toBe("non-inferior");
    expect(why).toBe("The candidate is proven no worse in errors and cost over 500 sessions.");
    expect(metrics.filter(({ counts }) => counts).map(({ metric }) => metric)).toEqual([
      "errors",
      "refusals",
      "invalid-output",
      "cost",
    ]);
  });

  test("one failure in ten is harm, with the pairs to look at", () => {
    const { verdict, why, metrics, worst } = result(named(300, (index) => (index % 10 === 0 ? FAILED : {})));
    expect(verdict).toBe("harm");
    expect(why).toBe("The candidate does harm: errors 0.0 % → 10.0 % over 300 sessions.");
    const errors = metrics.find(({ metric }) => metric === "errors");
    expect(errors?.effect.value).toBeCloseTo(0.1, 12);
    expect(errors?.effect.low).toBeGreaterThan(0);
    expect(errors?.differing).toMatchObject({ worse: 30, better: 0 });
    expect(worst).toHaveLength(10);
    expect(worst[0]).toMatchObject({ because: "failed", baselineCall: "call_b", candidateCall: "call_c" });
  });

  test("half as dear again is harm, and cheaper is no worse", () => {
    const dear = result(
      named(200, () => ({ costPico: 1_500_000n })),
      { ...USUAL_POLICY, caps: { ...USUAL_POLICY.caps, costPico: 2_000_000 } },
    );
    expect(dear.verdict).toBe("harm");
    expect(dear.metrics.find(({ metric }) => metric === "cost")?.effect.value).toBeCloseTo(1.5, 9);
    expect(result(named(500, () => ({ costPico: 500_000n }))).verdict).toBe("non-inferior");
  });

  test("a few sessions prove nothing, and that is said", () => {
    const { verdict, why } = result(named(20, () => ({})));
    expect(verdict).toBe("inconclusive");
    expect(why).toContain("20 sessions prove neither harm nor that the candidate is no worse");
    expect(result([]).why).toBe("Not one session could be compared.");
  });

  test("sessions that were sought for what is rare decide nothing", () => {
    const { verdict, sessions, metrics, worst, caveats } = result([
      ...named(500, () => ({})),
      ...named(50, () => FAILED, "sought"),
    ]);
    expect(verdict).toBe("non-inferior");
    expect(sessions).toMatchObject({ compared: 550, drawn: 500 });
    expect(metrics[0]?.n).toBe(500);
    expect(worst.every(({ part }) => part === "sought")).toBe(true);
    expect(caveats.join(" ")).toContain("50 further sessions");
  });

  test("slower answers are shown and decide nothing: they were measured at another hour", () => {
    const { verdict, metrics } = result(named(500, () => ({ latencyMs: 9_000, firstTokenMs: 5_000 })));
    expect(verdict).toBe("non-inferior");
    expect(metrics.find(({ metric }) => metric === "latency")).toMatchObject({ verdict: "harm", counts: false });
  });

  test("a candidate that refuses is harm, though no promotion waits for the proof that it does not", () => {
    const { verdict, why } = result(named(500, (index) => ({ refused: index % 5 === 0 })));
    expect(verdict).toBe("harm");
    expect(why).toContain("refusals 0.0 % → 20.0 %");
  });

  test("harm in what the policy does not name is no verdict, and is said all the same", () => {
    const pairs = named(500, (index) => ({ refused: index % 5 === 0 }));
    const metrics = USUAL_POLICY.metrics.filter(({ metric }) => metric !== "refusals");
    const { verdict, why } = result(pairs, { ...USUAL_POLICY, metrics });
    expect(verdict).toBe("non-inferior");
    expect(why).toContain("Worse, but not in the endpoint's policy: refusals 0.0 % → 20.0 %.");
  });

  test("what a provider has kept from being compared keeps a candidate from being cleared, and does not condemn it", () => {
    const concluded = conclude(
      { ...BACKTEST, estimate: { ...BACKTEST.estimate, sessions: 550 } },
      {
        pairs: named(500, () => ({})),
        leftOut: Array.from({ length: 50 }, () => "provider_away" as const),
        spentPico: 0n,
        how: "complete",
      },
    );
    expect(concluded.verdict).toBe("inconclusive");
    expect(concluded.why).toContain("50 of 550");
    expect(concluded.leftOut).toEqual({ provider_away: 50 });
  });

  test("repeating a comparison needs more proof each time", () => {
    const again = { ...USUAL_POLICY, attempt: 4, beta: USUAL_POLICY.beta / 16 };
    expect(
      result(
        named(450, () => ({})),
        again,
      ).verdict,
    ).toBe("inconclusive");
    expect(
      result(
        named(450, () => ({})),
        again,
      ).caveats.join(" "),
    ).toContain("comparison 4");
  });

  test("a result is read from its text as it was written", () => {
    const whole = result(
      named(30, (index) => (index === 3 ? FAILED : { costPico: 2n ** 60n, outputTokens: FINE.outputTokens })),
    );
    expect(readBacktestText(writeBacktestText(whole))).toEqual(whole);
  });
});

describe("what a judge makes of sessions", () => {
  const policy: typeof USUAL_POLICY = {
    ...USUAL_POLICY,
    metrics: [
      {
        metric: "judge",
        harmRatio: 1,
        noWorseRatio: 1,
        harmDrop: 0,
        noWorseDrop: 0.05,
        share: 1,
        required: false,
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
            budgetPico: 20,
            required: true,
          },
        },
      },
    ],
  };
  const judged = (verdicts: readonly string[]): readonly NamedPair[] =>
    named(verdicts.length, () => ({})).map((one, index) => {
      const verdict = verdicts[index] as "candidate" | "stable" | "tie" | "failed";
      const trouble = verdict === "failed" ? "it answered 500" : null;
      return {
        ...one,
        pair: { ...one.pair, judged: { verdict, isFlipped: verdict === "tie", questions: 2, trouble } },
      };
    });
  const each = (count: number, verdict: string): readonly string[] => Array.from({ length: count }, () => verdict);

  test("is harm where it likes the baseline better, with the exact sign test beside it", () => {
    const {
      verdict,
      why,
      metrics,
      judged: counts,
    } = result(judged([...each(60, "stable"), ...each(20, "candidate")]), policy);
    expect(verdict).toBe("harm");
    expect(why).toContain("judge 25.0 % → 75.0 %");
    expect(metrics.find(({ metric }) => metric === "judge")).toMatchObject({
      n: 80,
      counts: true,
      effect: { value: 0.5 },
      differing: { worse: 60, better: 20 },
    });
    expect(counts).toMatchObject({ candidate: 20, baseline: 60, ties: 0, failed: 0 });
  });

  test("is no worse where most are ties, and nothing where it has failed", () => {
    const fine = result(judged([...each(300, "tie"), ...each(10, "stable"), ...each(10, "candidate")]), policy);
    expect(fine).toMatchObject({ verdict: "non-inferior", judged: { ties: 300, flipped: 300 } });
    const away = result(judged(each(320, "failed")), policy);
    expect(away).toMatchObject({ verdict: "inconclusive", judged: { failed: 320, trouble: "it answered 500" } });
    expect(away.metrics.find(({ metric }) => metric === "judge")).toMatchObject({ n: 0, baseline: null });
  });

  test("is asked of drawn sessions alone, of no more than its budget pays for", () => {
    const sessions = Array.from({ length: 40 }, (_, position) => ({
      position,
      session: `s${position}`,
      part: position % 2 === 0 ? ("drawn" as const) : ("sought" as const),
    }));
    expect([...sessionsToJudge("bkt_1", policy, sessions)]).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(sessionsToJudge("bkt_1", USUAL_POLICY, sessions).size).toBe(0);
  });
});
