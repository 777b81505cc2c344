import { expect, test } from "vitest";
import type { z } from "zod";
import type { metricView, rolloutView } from "../contract/rollouts.ts";
import { formatRollout } from "./format-rollout.ts";

type RolloutView = z.output<typeof rolloutView>;
type MetricView = z.output<typeof metricView>;

const METRIC: MetricView = {
  metric: "errors",
  n: { stable: 900, candidate: 900 },
  value: { stable: 0.01, candidate: 0.01 },
  unit: "share",
  better: "lower",
  effect: null,
  harm: { log_e: 0, threshold: 3.49, crossed: false, margin: 1.25, margin_is: "ratio" },
  no_worse: { log_e: 3.11, threshold: 3.49, crossed: false, margin: 2, margin_is: "ratio" },
  verdict: "inconclusive",
  certified: false,
  required: true,
  causes: null,
  real: null,
};

const NO_PROOF = { blame: null, proven_by: [], proof: null };

const viewOf = (changes: Partial<RolloutView>): RolloutView => ({
  id: "rol_1",
  endpoint: "bot",
  environment: "production",
  drill: false,
  strategy: "canary",
  state: "ramping",
  activity: "observing",
  waits: [],
  holds: [],
  stable: "bot@1",
  candidate: "bot@2",
  weight: 0.5,
  step: 0,
  steps: [0.5, 1],
  sessions: { stable: 900, candidate: 900 },
  metrics: [METRIC],
  evidence_of: "ladder",
  union: { log_r: 0, threshold: 3, crossed: false, ...NO_PROOF },
  sample_ratio: { log_e: 0, threshold: 7, crossed: false },
  eta: null,
  eta_note: null,
  preview: null,
  holdback: 0,
  bake_seconds_left: null,
  warm_until: null,
  shadow: null,
  test: null,
  gates: [],
  changes: [],
  trigger: null,
  notify: [],
  outcome: null,
  told: [],
  explanation: "At 50 %.",
  created_at: "2026-11-21T10:00:00.000Z",
  started_at: "2026-11-21T10:00:00.000Z",
  ended_at: null,
  seq: 9,
  ...changes,
});

test("says of a metric that was proven and is below its threshold now that it was proven before", () => {
  const text = formatRollout(viewOf({ metrics: [{ ...METRIC, certified: true }] }));
  expect(text).toContain("3.11 of 3.49  proven before");
  expect(text).toContain("a metric that was proven no worse stays so");
  expect(formatRollout(viewOf({}))).toContain("3.11 of 3.49  inconclusive");
});

test("marks the table of a bake, where the proof of the ladder is none", () => {
  const text = formatRollout(viewOf({ evidence_of: "bake", metrics: [{ ...METRIC, certified: true }] }));
  expect(text).toContain("since the promotion, against the sessions that were held back");
  expect(text).toContain("inconclusive");
  expect(text).not.toContain("proven before");
});

test("says of metrics that prove harm together that each does so with the others, and which most of all", () => {
  const proof = "errors and cost together, errors most of all";
  const union = { log_r: 3.2, threshold: 3, crossed: true, blame: "errors", proven_by: ["errors", "cost"], proof };
  const text = formatRollout(
    viewOf({ union, metrics: [METRIC, { ...METRIC, metric: "cost" }, { ...METRIC, metric: "latency" }] }),
  );
  expect(text).toMatch(/errors .*harm, together\ncost .*harm, together\nlatency .*inconclusive/);
  expect(text).toContain(`harm, all metrics: log R 3.20 of 3.00, proven by ${proof} (by none of them alone)`);
  const alone = { ...union, proven_by: ["errors"], proof: "errors" };
  expect(formatRollout(viewOf({ union: alone }))).toMatch(/of 3.00, proven by errors$/m);
});

test("shows no table of nothing, and says what a single step waits for", () => {
  const nothing = { ...METRIC, n: { stable: 0, candidate: 0 } };
  const text = formatRollout(viewOf({ metrics: [nothing], weight: 0 }));
  expect(text).toContain("no session has been compared yet");
  expect(text).not.toMatch(/inconclusive|harm, all metrics/);
  const step = { weight: 0.5, sessions: 1_559, seconds: 12, waits_for: "sessions" as const };
  const eta = { until: "promotion" as const, sessions: 1_559, seconds: 12, steps: [step] };
  expect(formatRollout(viewOf({ eta }))).toContain(
    "about 12 s (1559 sessions) to the promotion, as things are going now (waits for sessions)",
  );
});

test("says that evidence was not kept where it was not, and shows no number in its place", () => {
  const gone = { sessions: null, metrics: [], union: { log_r: null, threshold: 3, crossed: false, ...NO_PROOF } };
  const text = formatRollout(viewOf({ ...gone, state: "rolled_back" }));
  expect(text).toContain("its evidence was not kept");
  expect(text).not.toMatch(/log R|compared/);
});

test("keeps the table of a rollout that a person has rolled back, and says what its errors count", () => {
  const failing = { ...METRIC, value: { stable: 0, candidate: 0.273 } };
  const text = formatRollout(viewOf({ state: "rolled_back", outcome: "command", weight: 0, metrics: [failing] }));
  expect(text).toMatch(/errors +0 % +27.3 % +900\/900/);
  expect(text).toContain("errors: sessions with a failed turn, also where a retry or a fallback repaired it");
});
