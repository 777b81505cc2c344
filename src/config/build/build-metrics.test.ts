import { describe, expect, test } from "vitest";
import { loadProject } from "../load.ts";
import { formatMistakes } from "../explain.ts";
import type { MetricPlan } from "../../domain/rollout/plan.ts";

const yaml = (metrics: string): string => `environment: production
providers:
  sim:
    kind: simulated
    models:
      m-2026-01-01: { price: { input: 1, output: 1 } }
endpoints:
  bot:
    models: [sim/m-2026-01-01]
    rollout:
      metrics:
${metrics
  .trim()
  .split("\n")
  .map((line) => `        ${line}`)
  .join("\n")}
`;

const load = (metrics: string) =>
  loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml(metrics)]]) });

function metricsOf(metrics: string): readonly MetricPlan[] {
  const loaded = load(metrics);
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return [...loaded.project.endpoints.values()][0]?.plan.metrics ?? [];
}

const complaints = (metrics: string): string => {
  const loaded = load(metrics);
  return loaded.ok ? "" : formatMistakes(loaded.mistakes);
};

const one = (metrics: string, name: string): MetricPlan | undefined =>
  metricsOf(metrics).find(({ metric }) => metric === name);

/** What every metric of a plan has, and what is looked at elsewhere. */
const COMMON = new Set(["metric", "share", "required", "capPico"]);

describe("the metrics of a policy", () => {
  test("have the margins, windows and tests of their kind", () => {
    const plans = metricsOf(`
tool_failures: true
abandoned: true
latency_tail: { no_worse_points: 2% }
tokens_per_second: true
thumbs: { within: 30m }
problems: true
judge: { score: helpful, digest: judge@3, sample: 20%, timeout: 2h }
business:
  sold: { event: good }
  churned: { event: bad, no_worse_points: 1% }
  basket: { range: [0, 500] }
  minutes: { range: [0, 60], better: lower, no_worse: 0.1, within: 10m }`);
    const plan = (name: string) => {
      const found = plans.find(({ metric }) => metric === name);
      const own = Object.entries(found ?? {}).filter(([key]) => !COMMON.has(key));
      return Object.fromEntries(own);
    };
    expect(plan("tool-failures")).toEqual({ harmRatio: 1.25, noWorseRatio: 2, noWorseOrPoints: 0.01 });
    expect(plan("latency-tail")).toEqual({ beyond: 2, harmRatio: 1.25, noWorseRatio: 2, noWorsePoints: 0.02 });
    expect(plan("abandoned")).toEqual(plan("tool-failures"));
    expect(plan("tokens-per-second")).toEqual({ harmRatio: 1.1, noWorseRatio: 1.25 });
    expect(plan("thumbs")).toEqual({ harmRatio: 1.25, noWorseRatio: 2, withinMs: 1_800_000 });
    expect(plan("problems")).toEqual({ harmRatio: 1.25, noWorseRatio: 2, withinMs: 3_600_000 });
    const drops = { harmRatio: 1, noWorseRatio: 1, harmDrop: 0, noWorseDrop: 0.05, withinMs: 3_600_000 };
    expect(plan("judge")).toEqual({
      ...drops,
      withinMs: 7_200_000,
      judge: { score: "helpful", digest: "judge@3", sample: 0.2 },
    });
    expect(plan("business:sold")).toEqual({
      harmRatio: 1.1,
      noWorseRatio: 1.25,
      withinMs: 3_600_000,
      business: { type: "event", isGood: true },
    });
    expect(plan("business:churned")).toMatchObject({ harmRatio: 1.25, noWorseRatio: 2, noWorsePoints: 0.01 });
    expect(plan("business:basket")).toEqual({
      ...drops,
      business: { type: "value", low: 0, high: 500, better: "higher", missing: 0 },
    });
    expect(plan("business:minutes")).toMatchObject({
      noWorseDrop: 0.1,
      withinMs: 600_000,
      business: { better: "lower", missing: 60 },
    });
  });

  test("divide what is left of the shares between those that name none", () => {
    const shares = metricsOf("thumbs: { share: 40% }\nbusiness: { sold: { event: good } }");
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(shares.find(({ metric }) => metric === "thumbs")?.share).toBe(0.4);
    // Six parts of eleven: one is that of the event, and the default plan has ten.
    expect(shares.find(({ metric }) => metric === "errors")?.share).toBeCloseTo((0.6 * 6) / 11, 9);
  });

  test("are those that are written where their shares leave nothing for the guards", () => {
    const plan = metricsOf("errors: { share: 60% }\nlatency: { share: 30% }\ncost: { share: 10% }");
    expect(plan.map(({ metric, share }) => [metric, share])).toEqual([
      ["errors", 0.6],
      ["latency", 0.3],
      ["cost", 0.1],
    ]);
    expect(complaints("errors: { share: 90% }\nlatency: { share: 10% }\nrefusals: true")).toContain("refusals 0%");
  });

  test("a tail is off where what it is the tail of is off, unless it is named", () => {
    const names = metricsOf("latency: false\ncost: { harm: 1.5 }").map(({ metric }) => metric);
    expect(names).not.toContain("latency-tail");
    expect(names).toContain("cost-tail");
    expect(one("latency: false\nlatency_tail: { beyond: 3 }", "latency-tail")).toMatchObject({
      beyond: 3,
      required: false,
    });
    expect(complaints("latency_tail: { beyond: 0.5 }")).toContain("beyond");
    expect(
      metricsOf("latency: false\ncost: false\nrefusals: false\ninvalid_output: false\nabandoned: false").map(
        ({ metric }) => metric,
      ),
    ).toEqual(["errors"]);
  });

  test.each([
    ["errors: true", { noWorseRatio: 2, noWorseOrPoints: 0.01 }],
    ["errors: { harm: 1.5 }", { noWorseRatio: 2, noWorseOrPoints: 0.01 }],
    ["errors: { no_worse: 3 }", { noWorseRatio: 3 }],
    ["errors: { no_worse_points: 2% }", { noWorseRatio: 2, noWorsePoints: 0.02 }],
    ["errors: { no_worse: 3, no_worse_points: 2% }", { noWorseRatio: 3, noWorseOrPoints: 0.02 }],
    ["latency_tail: true", { noWorseRatio: 2 }],
    ["problems: { no_worse: 3, no_worse_points: 2% }", { noWorseRatio: 3, noWorseOrPoints: 0.02 }],
    ["business: { churned: { event: bad } }", { noWorseRatio: 2 }],
    [
      "business: { churned: { event: bad, no_worse: 3, no_worse_points: 2% } }",
      { noWorseRatio: 3, noWorseOrPoints: 0.02 },
    ],
  ])("are no worse by ratio, by points or by either, as written: %s", (written, expected) => {
    const [key = ""] = /[a-z_]+/.exec(written) ?? [];
    const name = key === "business" ? "business:churned" : key.replace("_", "-");
    const { noWorseRatio, noWorsePoints, noWorseOrPoints } = one(written, name) ?? { noWorseRatio: null };
    expect({ noWorseRatio, noWorsePoints, noWorseOrPoints }).toEqual({
      noWorsePoints: undefined,
      noWorseOrPoints: undefined,
      ...expected,
    });
  });

  test("may count failures of some causes alone", () => {
    expect(one("errors: { causes: [bad_answer, cut] }", "errors")?.causes).toEqual(["bad_answer", "cut"]);
  });
});

describe("mistakes in metrics", () => {
  test.each([
    ["errors: { causes: [] }", "names causes of failure; only errors can, and at least one"],
    ["errors: { causes: [weather] }", "causes"],
    ["judge: true", "judge"],
    ["judge: { score: helpful }", "digest"],
    ["judge: { score: s, digest: d, sample: 0% }", "share of sessions to judge"],
    ["judge: { score: s, digest: d, no_worse: 0 }", "no-worse margin of judge"],
    ["latency: { no_worse_points: 1% }", "no_worse_points"],
    ["thumbs: { within: 2d }", "within"],
    ["business: { Sold: { event: good } }", "has no name that can be sent"],
    ["business: { sold: { event: fine } }", "event"],
    ["business: { sold: { event: good, no_worse_points: 1% } }", "only harmful events have one"],
    ["business: { sold: { event: good, no_worse: 2, no_worse_points: 1% } }", "only harmful events have one"],
    ["business: { basket: { range: [5, 5] } }", "it must grow"],
    ["business: { basket: { range: [0, 5], missing: 9 } }", "it must grow, and hold that"],
    ["business: { basket: { range: [0] } }", "range"],
  ])("%s is refused in its place", (metrics, words) => {
    expect(complaints(metrics)).toContain(words);
  });
});
