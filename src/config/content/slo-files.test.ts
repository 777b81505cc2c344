import { describe, expect, test } from "vitest";
import { burnFactor } from "../../domain/slo/slo.ts";
import { loadProject } from "../load.ts";

const MAIN = `
providers:
  sim: { kind: simulated, models: { m: { price: { input: 1, output: 2 } } } }
endpoints:
  support-bot: { models: [sim/m] }
`;

/** An SLO as the examples of the specification have it, with Rollward's metric source. */
const OPENSLO = `apiVersion: openslo/v1
kind: SLI
metadata: { name: fast-answers, displayName: Fast answers }
spec:
  description: Whole answers in time
  thresholdMetric:
    metricSource: { type: Rollward, spec: { indicator: latency, below: 8s } }
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: { name: fast-burn }
spec:
  severity: page
  condition: { kind: burnrate, op: lte, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m }
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: { name: fast-burn-policy }
spec:
  alertWhenBreaching: true
  conditions: [{ conditionRef: fast-burn }]
  notificationTargets: [{ targetRef: on-call }]
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: answers-in-time }
spec:
  description: Answers come in time
  service: support-bot
  indicatorRef: fast-answers
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ displayName: In time, target: 0.99 }]
  alertPolicies:
    - fast-burn-policy
    - kind: AlertPolicy
      metadata: { name: slow }
      spec: { conditions: [{ kind: AlertCondition, metadata: { name: s }, spec: { severity: ticket, condition: { kind: burnrate, op: gt, threshold: 1, lookbackWindow: 3d } } }] }
`.replace("op: lte", "op: gte");

const load = (slo: string, main = `${MAIN}slo_files: [slos/openslo.yaml]\n`) =>
  loadProject({
    main: "rollward.yaml",
    files: new Map([
      ["rollward.yaml", main],
      ["slos/openslo.yaml", slo],
    ]),
  });

const mistakesIn = (slo: string): readonly string[] => {
  const loaded = load(slo);
  return loaded.ok ? [] : loaded.mistakes.map(({ file, line, message }) => `${file}:${line} ${message}`);
};

describe("a file in OpenSLO v1", () => {
  test("gives service levels with their windows", () => {
    const loaded = load(OPENSLO);
    expect(loaded.ok ? [] : loaded.mistakes).toEqual([]);
    const [slo] = loaded.ok ? loaded.project.alerts.slos : [];
    expect(slo).toMatchObject({
      name: "answers-in-time",
      endpoint: "support-bot",
      indicator: { type: "latency", belowMs: 8_000 },
      objective: 0.99,
      windows: [
        { name: "page-quick", longMs: 3_600_000, shortMs: 300_000 },
        { name: "ticket-quick", longMs: 259_200_000, shortMs: 21_600_000 },
      ],
    });
    const factors = slo?.windows.map((window) => burnFactor(window, slo.periodMs)) ?? [];
    expect(factors[0]).toBeCloseTo(14.4, 9);
    expect(factors[1]).toBeCloseTo(1, 9);
    expect(
      loaded.ok ? loaded.project.alerts.rules.filter(({ condition }) => condition.type === "burn") : [],
    ).toHaveLength(2);
  });

  test("without policies has the usual windows", () => {
    const loaded = load(OPENSLO.slice(0, OPENSLO.indexOf("  alertPolicies")));
    expect(loaded.ok && loaded.project.alerts.slos[0]?.windows).toHaveLength(4);
  });

  test.each([
    ["a metric of another source", OPENSLO.replace("type: Rollward", "type: Prometheus"), "7 .*type Rollward"],
    ["an endpoint that is not there", OPENSLO.replace("service: support-bot", "service: support"), "29 .*no endpoint"],
    [
      "a condition that is not there",
      OPENSLO.replace("conditionRef: fast-burn", "conditionRef: other"),
      "no AlertCondition other",
    ],
    ["windows that miss a slow burn", OPENSLO.replace("threshold: 1,", "threshold: 2,"), "nobody hears of it"],
    [
      "two conditions in one policy",
      OPENSLO.replace("[{ conditionRef: fast-burn }]", "[{ conditionRef: fast-burn }, { conditionRef: fast-burn }]"),
      "21 .*more than 1 item",
    ],
    ["a document of another kind", OPENSLO.replace("kind: SLI", "kind: DataSource"), "2 .*expected one of"],
  ])("with %s is a mistake at its line", (_, text, expected) => {
    expect(mistakesIn(text).join("\n")).toMatch(
      new RegExp(`openslo.yaml:${/^\d/.test(expected) ? "" : "\\d+ .*"}${expected}`),
    );
  });

  test("is asked for where the bundle lacks it", () => {
    const loaded = loadProject({
      main: "rollward.yaml",
      files: new Map([["rollward.yaml", `${MAIN}slo_files: [gone.yaml]\n`]]),
    });
    expect(loaded.ok ? null : loaded.missing).toEqual(["gone.yaml"]);
  });
});
