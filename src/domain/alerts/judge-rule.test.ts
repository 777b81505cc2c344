import { describe, expect, test } from "vitest";
import { openTally } from "../series/tally.ts";
import type { SeriesTally } from "../series/series-cell.ts";
import { sloRules } from "../slo/slo-rules.ts";
import { DEFAULT_WINDOWS, SLO_PERIOD_MS } from "../slo/slo.ts";
import type { Slo } from "../slo/slo.ts";
import type { AlertRule } from "./alert-rule.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import { judgeRule } from "./judge-rule.ts";
import { mergeSights } from "./merge-sights.ts";
import type { RuleFacts } from "./rule-facts.ts";

const HOUR = 3_600_000;

const slo: Slo = {
  name: "answers",
  description: null,
  endpoint: "bot",
  indicator: { type: "availability" },
  objective: 0.99,
  periodMs: SLO_PERIOD_MS,
  windows: DEFAULT_WINDOWS,
  leastCount: 10,
  runbook: null,
  labels: {},
};

const factsOf = (given: Partial<RuleFacts>): RuleFacts => ({
  environment: "production",
  at: 0,
  endpoints: ["bot"],
  tally: () => undefined,
  sameHours: () => [],
  sights: () => null,
  goneSights: () => [],
  slo: () => slo,
  ...given,
});

const defaultRule = (name: string): AlertRule => DEFAULT_RULES.find((rule) => rule.name === name) as AlertRule;

const tallyOf = (calls: number, faults: number): SeriesTally => ({ ...openTally(), calls, faults });

describe("a threshold", () => {
  test.each([
    [100, 26, true],
    [100, 25, false],
    // Too few to judge.
    [19, 19, null],
    [0, 0, null],
  ])("of a quarter judges %i calls with %i faults as %s", (calls, faults, isBad) => {
    const [finding] = judgeRule(defaultRule("errors-many"), factsOf({ tally: () => tallyOf(calls, faults) }));
    expect(finding).toMatchObject({ isBad, subject: { endpoint: "bot" } });
  });

  test("judges every endpoint for itself, and says in words what it found", () => {
    const tally = (endpoint: string): SeriesTally | undefined =>
      endpoint === "bot" ? tallyOf(412, 29) : tallyOf(412, 0);
    const found = judgeRule(defaultRule("errors-raised"), factsOf({ endpoints: ["bot", "faq"], tally }));
    expect(found.map(({ isBad, summary }) => [isBad, summary])).toEqual([
      [true, "Errors of bot: 7.04 % (412 calls in 5 min, limit 5 %)."],
      [false, "Errors of faq: 0 % (412 calls in 5 min, limit 5 %)."],
    ]);
  });
});

describe("a baseline", () => {
  const hourOf = (usd: number): SeriesTally => ({
    ...openTally(),
    calls: 100,
    costPico: BigInt(Math.round(usd * 1e12)),
  });
  const usual = [6.1, 5.9, 6, 6.2, 5.8, 6].map(hourOf);
  const judge = (usd: number, sameHours = usual) =>
    judgeRule(defaultRule("cost-unusual"), factsOf({ tally: () => hourOf(usd), sameHours: () => sameHours }))[0];

  test("finds what is far from the same hour of other days, and well above it", () => {
    expect(judge(12)).toMatchObject({ isBad: true, summary: expect.stringContaining("usually 0.1 USD") as string });
    // Far in spread, but not by half.
    expect(judge(7)).toMatchObject({ isBad: false });
    expect(judge(6)).toMatchObject({ isBad: false });
  });

  test("says nothing before there are three days", () => {
    expect(judge(600, usual.slice(0, 2))).toMatchObject({ isBad: null });
  });

  test("does not take a day on which all went wrong for what is usual", () => {
    expect(judge(12, [...usual, hourOf(600)])).toMatchObject({ isBad: true });
  });
});

describe("a burn", () => {
  const [pageQuick] = sloRules(slo) as [AlertRule];
  const judge = (long: SeriesTally | undefined, short: SeriesTally | undefined) =>
    judgeRule(pageQuick, factsOf({ tally: (_, windowMs) => (windowMs === HOUR ? long : short) }))[0];

  test("is told when both windows burn, and not when one does", () => {
    expect(judge(tallyOf(1_000, 150), tallyOf(100, 15))).toMatchObject({ isBad: true });
    expect(judge(tallyOf(1_000, 150), tallyOf(100, 14))).toMatchObject({ isBad: false });
    expect(judge(tallyOf(1_000, 144), tallyOf(100, 50))).toMatchObject({ isBad: false });
    expect(judge(tallyOf(1_000, 150), undefined)).toMatchObject({ isBad: false });
  });

  test("needs calls", () => {
    expect(judge(tallyOf(9, 9), tallyOf(9, 9))).toMatchObject({ isBad: null });
    expect(judge(undefined, undefined)).toMatchObject({ isBad: null });
  });
});

describe("what servers see", () => {
  const seen = ({
    replicaId,
    at,
    value,
    looked = true,
  }: {
    replicaId: string;
    at: number;
    value: number;
    looked?: boolean;
  }) => ({
    replicaId,
    environment: "production",
    at,
    looked: looked ? (["queue-age"] as const) : [],
    sights: looked ? [{ signal: "queue-age" as const, subject: {}, value }] : [],
  });

  test("is the worst that any of them sees at last", () => {
    const merged = mergeSights([
      seen({ replicaId: "a", at: 1, value: 90_000 }),
      seen({ replicaId: "b", at: 2, value: 4 }),
      seen({ replicaId: "a", at: 3, value: 12_000 }),
    ]);
    expect(merged.get("queue-age")).toEqual([{ signal: "queue-age", subject: {}, value: 12_000 }]);
    expect(merged.has("drops")).toBe(false);
  });

  test("is no data where nobody looked, which is not the same as nothing", () => {
    const rule = defaultRule("queue-slow");
    expect(judgeRule(rule, factsOf({ sights: () => null }))).toMatchObject([
      { isBad: null, summary: "The oldest call that waits: no data." },
    ]);
    expect(judgeRule(rule, factsOf({ sights: () => [] }))).toEqual([]);
    const sights = mergeSights([
      seen({ replicaId: "a", at: 1, value: 12_000 }),
      seen({ replicaId: "b", at: 2, value: 0, looked: false }),
    ]);
    expect(judgeRule(rule, factsOf({ sights: (signal) => sights.get(signal) ?? null }))).toMatchObject([
      { isBad: true },
    ]);
  });

  test("of single endpoints is judged where the rule is about them", () => {
    const rule: AlertRule = { ...defaultRule("rolled-back"), endpoints: ["bot"] };
    const sights = () =>
      ["bot", "faq"].map((endpoint) => ({ signal: "rollout-rolled-back" as const, subject: { endpoint }, value: 1 }));
    expect(judgeRule(rule, factsOf({ sights })).map(({ summary }) => summary)).toEqual([
      "The rollout of bot was rolled back.",
    ]);
  });
});
