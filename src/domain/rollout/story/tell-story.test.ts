import { describe, expect, it } from "vitest";
import {
  after,
  commanded,
  drainingRollout,
  looked,
  openedRollout,
  PLAN,
  PROVEN,
  rampingAt,
  readingOf,
} from "../../../../test/fixtures/rollout-samples.ts";
import type { Reading } from "../../evidence/evidence.ts";
import type { LadderEstimate } from "../estimate-ladder.ts";
import type { RolloutPlan } from "../plan.ts";
import type { Rollout, RolloutEvent, RolloutFact } from "../rollout.ts";
import { stageLevels } from "../stage-levels.ts";
import { describeMetric } from "./describe-metric.ts";
import { tellHistory } from "./tell-entry.ts";
import { tellStory } from "./tell-story.ts";
import type { MarginTrial } from "./what-would-change.ts";

/** What is known beside the rollout in a test. */
interface Known {
  readonly reading?: Reading | null;
  readonly trials?: readonly MarginTrial[];
  readonly eta?: LadderEstimate | null;
}

const paragraphOf = (rollout: Rollout, { reading = rollout.reading, trials = [], eta = null }: Known = {}): string =>
  tellStory({ rollout, events: [], reading, trials, eta, candidate: "bot@2" }).paragraph;

/** Wealth of the errors at rising margins, as a candidate with three to ten times the errors has it. */
const errorsAt = (...logHarm: readonly (readonly [margin: number, logHarm: number])[]): readonly MarginTrial[] =>
  logHarm.map(([margin, harm]) => ({ metric: "errors", margin, logHarm: harm, logNoWorse: -1 }));

/** What the story says of errors, latency and cost, which have a third of the union each and do not cross it alone. */
function toldTogether(logE: Readonly<Partial<Record<string, number>>>): readonly string[] {
  const reading = readingOf({ harm: "errors" });
  const threshold = reading.union.threshold + Math.log(3);
  const metrics = reading.metrics.map((one) => ({
    ...one,
    harm: { ...one.harm, crossed: false, threshold, logE: logE[one.metric] ?? 0 },
  }));
  const known = { reading: { ...reading, metrics }, events: [], trials: [], eta: null };
  const told = tellStory({ ...known, rollout: harmed, candidate: "bot@2" }).metrics;
  return ["errors", "latency", "cost"].map((name) => told.find((line) => line.startsWith(`${name}:`)) ?? "");
}

const EXPIRING: RolloutPlan = { ...PLAN, onInconclusive: "abort" };
const harmed = looked(looked(looked(rampingAt(1), { reading: readingOf({ harm: "errors" }) })));

describe("the story of a rollout", () => {
  it("claims nothing where nothing was compared, and says of a bake that it is one", () => {
    const nothing = { ...readingOf(), sessions: { stable: 0, candidate: 0 } };
    expect(paragraphOf(rampingAt(1), { reading: nothing })).toMatch(/ No session has been compared yet\.$/);
    expect(
      tellStory({ rollout: rampingAt(1), events: [], reading: nothing, trials: [], eta: null, candidate: "bot@2" })
        .metrics,
    ).toEqual([]);
    const baking = drainingRollout({ ...PLAN, holdback: 0.1, bakeMs: 600_000 });
    const reading = readingOf();
    const union = { ...reading.union, threshold: Math.log(1 / stageLevels(baking.plan).bake) };
    expect(paragraphOf(baking, { reading: { ...reading, union } })).toContain(
      "Since the promotion 34 candidate and 966 stable sessions were compared",
    );
  });

  it("says of metrics that are harm together that none is so alone", () => {
    const [errors, latency, cost] = toldTogether({ errors: 3.5, latency: 3.5 });
    expect(errors).toContain("harm beyond a ratio of 1.25 is not proven by it alone (");
    expect(latency).toContain("harm beyond a ratio of 1.1 is not proven by it alone (");
    expect(cost).toContain("harm beyond a ratio of 1.1 is not proven (");
  });

  it("says of the only metric that speaks of harm that the others' silence counts", () => {
    const [errors, latency, cost] = toldTogether({ errors: Math.log(58.5) });
    expect(errors).toContain(
      "harm beyond a ratio of 1.25 is proven, with the silent metrics counted in (log E 4.1 of 4.1)",
    );
    expect(latency).toContain("harm beyond a ratio of 1.1 is not proven (");
    expect(cost).toContain("harm beyond a ratio of 1.1 is not proven (");
  });

  it("tells the level of an A/B test beside that of harm", () => {
    const ab = {
      goal: "errors",
      winner: "ask",
      baseline: 0.1,
      effect: 0.2,
      power: 0.8,
      sessions: 5_000,
      days: 5,
    } as const;
    const told = paragraphOf(rampingAt(1, { ...PLAN, strategy: "ab", ab }), { reading: readingOf() });
    expect(told).toContain("at most 5 %, and the test names the wrong winner with at most 5 %.");
  });

  it("says for a release that was taken back what was proven, and from which margin on it would have stayed", () => {
    expect(paragraphOf(harmed, { trials: errorsAt([1.25, 4.3], [2, 4.1], [5, 3.9], [8, 0.4], [13, -2]) })).toBe(
      "Rolled back: errors are 9.4 times those of stable (10.3 % against 1.1 %), proven after 34 candidate sessions (log R 3.4 ≥ 3.0). 34 candidate and 966 stable sessions were observed in 0 ms; all harm tests together stand at log R 3.4 of 3.0, so that a good release is rolled back by mistake with a probability of at most 5 %. With a harm margin of 8 instead of 1.25 for errors nothing would have been proven by then.",
    );
    expect(paragraphOf(harmed, { trials: errorsAt([2, 9], [5, 9]) })).toContain(
      "Even a harm margin of 5 for errors would have been crossed by then.",
    );
  });

  it("says for a promotion what was proven, and which margin would have been too tight", () => {
    const promoted = looked(drainingRollout(), { observedMs: 30_000 });
    const trials: readonly MarginTrial[] = [
      { metric: "errors", margin: 1.25, logHarm: -1, logNoWorse: 0.8 },
      { metric: "errors", margin: 1.5, logHarm: -1, logNoWorse: 2.2 },
      { metric: "errors", margin: 2, logHarm: -1, logNoWorse: 3.4 },
    ];
    expect(paragraphOf(promoted, { trials })).toBe(
      "Promoted: errors and cost are proven no worse than stable (errors 1.02 times, cost 1.02 times) after 1,240 candidate sessions. 1,240 candidate and 4,000 stable sessions were observed in 40 s; all harm tests together stand at log R 0.3 of 3.0, so that a good release is rolled back by mistake with a probability of at most 5 %. With a no-worse margin of 1.5 instead of 2, errors would not have been proven by then.",
    );
  });

  it("says for one under way how many sessions are missing at the present rate, and which margin would do already", () => {
    const reading = readingOf({ noWorse: ["cost"] });
    const ramping = looked(rampingAt(2), { reading });
    const eta = { steps: [], sessions: 2_300, ms: 14_400_000 };
    const trials: readonly MarginTrial[] = [
      { metric: "errors", margin: 2, logHarm: -1, logNoWorse: 0.2 },
      { metric: "errors", margin: 3, logHarm: -1, logNoWorse: 3.1 },
    ];
    expect(paragraphOf(ramping, { reading, eta, trials })).toBe(
      "At 25 % (step 3 of 4): cost is proven no worse; errors are not decided yet. 34 candidate and 966 stable sessions were observed in 0 ms, 25 % of new sessions get the candidate now; all harm tests together stand at log R 0.3 of 3.0, so that a good release is rolled back by mistake with a probability of at most 5 %. About 2,300 more sessions, 4 h at the present rate, would lead to the promotion if the metrics stay as they are. With a no-worse margin of 3 instead of 2, errors would be proven already.",
    );
    expect(paragraphOf(ramping, { reading, eta: { unknown: "No sessions yet, so there is no estimate." } })).toContain(
      "No sessions yet, so there is no estimate.",
    );
  });

  it("says for one that ran out of time what would have decided it", () => {
    const reading = readingOf();
    const expired = looked(looked(rampingAt(2, EXPIRING), { reading, observedMs: PLAN.deadlineMs }));
    const trials: readonly MarginTrial[] = [{ metric: "cost", margin: 1.5, logHarm: -1, logNoWorse: 3.2 }];
    expect(paragraphOf(expired, { reading, trials })).toMatch(
      /^Aborted: the deadline passed without proof\. .* were observed in 60 min; .*With a no-worse margin of 1\.5 instead of 1\.2, cost would be proven already\.$/,
    );
  });

  it("says at every other end who decided and why, and whether the evidence of what was served is gone", () => {
    const gone = "Its evidence was not kept.";
    const ends: readonly (readonly [Rollout, string])[] = [
      [commanded(openedRollout(), { type: "cancel" }), "Cancelled before it started."],
      [after(rampingAt(0), { type: "Superseded", by: "rel_3", epoch: 9 }), `Superseded by a newer release. ${gone}`],
      [looked(commanded(rampingAt(1), { type: "abort" })), `Aborted: a person decided so. ${gone}`],
      [looked(looked(commanded(rampingAt(1), { type: "rollback" }))), `Rolled back: a person decided so. ${gone}`],
      [commanded(rampingAt(1), { type: "promote" }), "Being promoted: a person decided so without waiting for proof."],
    ];
    for (const [rollout, sentence] of ends) expect(paragraphOf(rollout, { reading: null })).toBe(sentence);
  });
});

describe("a metric in a sentence", () => {
  it("has values, ratio with interval, sessions, both margins and how far each test has come", () => {
    const [errors] = PROVEN.metrics;
    if (errors === undefined) throw new Error("The plan has errors.");
    const shown = { ...errors, effect: { ratio: 9.36, low: 4.12, high: 21.4 } };
    expect(describeMetric(shown, 0.05)).toBe(
      "errors: 10.3 % against 1.1 %, a ratio of 9.4 (95 % interval 4.1 to 21), 1,240 candidate and 4,000 stable sessions; harm beyond a ratio of 1.25 is not proven (log E 0.2 of 3.0), no worse than a ratio of 2 is proven (log E 3.4 of 3.0).",
    );
    expect(describeMetric({ ...errors, required: false }, 0.05)).toContain("too few sessions for an interval");
    expect(describeMetric({ ...errors, required: false }, 0.05)).toContain("(not required for a promotion).");
    const drop = { ...errors, harm: { ...errors.harm, margin: 0.02, isDifference: true as const } };
    expect(describeMetric(drop, 0.05)).toContain("harm beyond a difference of 0.02");
    const either = { ...errors, noWorse: { ...errors.noWorse, orDifference: 0.01 } };
    expect(describeMetric(either, 0.05)).toContain("no worse than a ratio of 2 or 1 more of 100 sessions is proven");
  });
});

describe("the history of a rollout", () => {
  const event = (seq: number, fact: RolloutFact, by: string | null = null): RolloutEvent => ({
    rolloutId: "rol_1",
    seq,
    at: seq * 1_000,
    actor: by === null ? { kind: "machine" } : { kind: "key", keyId: "key_1", name: by },
    reason: "Users complain.\nA lot.",
    fact,
    prevHash: "",
    hash: "",
  });

  it("has a line for everything that happened, with who told it and why, and none for the books", () => {
    const told = tellHistory([
      event(1, { type: "Started", stable: "rel_1" }),
      event(2, { type: "StepEntered", step: 1, weight: 0.05, epoch: 3 }),
      event(3, { type: "TimeObserved", ms: 1_000 }),
      event(4, { type: "HoldSet", hold: "no_data" }),
      event(5, { type: "HoldCleared", hold: "no_data" }),
      event(6, { type: "HarmCrossed", metric: "errors", logR: 3.42, candidateSessions: 1_234, evidenceHash: "" }),
      event(7, { type: "RollbackStarted", cause: "command", epoch: 4 }, "Ada"),
      event(8, { type: "RolledBack" }),
    ]);
    expect(told.map(({ line }) => line)).toEqual([
      "Started.",
      "Step 2: 5 % of new sessions, epoch 3.",
      "Held: no data.",
      "No longer held: no data.",
      "Harm was proven by errors after 1,234 candidate sessions (log R 3.4).",
      'The candidate is rolled back as a person told it, epoch 4. (Ada: "Users complain. A lot.")',
      "Rolled back: every replica has let go.",
    ]);
    expect(told.at(-2)).toMatchObject({ seq: 7, at: 7_000, by: "Ada" });
  });

  it("names all metrics that harm was proven by where none proved it alone, by the evidence in front of it", () => {
    const reading = readingOf({ harm: "cost" });
    const together: Reading = {
      ...reading,
      metrics: reading.metrics.map((one) => ({ ...one, harm: { ...one.harm, crossed: false, logE: 2.5 } })),
    };
    const crossed = {
      type: "HarmCrossed",
      metric: "cost",
      logR: 3.4,
      candidateSessions: 18,
      evidenceHash: "",
    } as const;
    const told = tellHistory([
      event(1, { type: "EvidenceSnapshot", reading: together, evidenceHash: "" }),
      event(2, crossed),
      event(3, { ...crossed, metric: "shadow:structure", stage: "shadow" }),
    ]);
    expect(told.map(({ line }) => line)).toEqual([
      "Harm was proven by cost and errors together, cost most of all, after 18 candidate sessions (log R 3.4).",
      "Harm was proven by structure of the copies after 18 pairs (log R 3.4).",
    ]);
  });
});
