import { expect, test } from "vitest";
import { formatBeside } from "./format-beside.ts";

const metric = {
  metric: "errors",
  n: { stable: 9, candidate: 9 },
  value: { stable: 0, candidate: 0 },
  unit: "share",
  better: "lower",
  effect: null,
  harm: { log_e: 0, threshold: 3, crossed: false, margin: 1.25, margin_is: "ratio" },
  no_worse: { log_e: 0, threshold: 3, crossed: false, margin: 2, margin_is: "ratio" },
  verdict: "inconclusive",
  certified: false,
  required: true,
  causes: null,
  real: null,
} as const;

test("tells why sessions failed and what they really cost", () => {
  const causes = { bad_answer: { stable: 0, candidate: 4 }, provider: { stable: 1, candidate: 2 } };
  const real = { stable: 0.00123, candidate: null };
  expect(
    formatBeside([
      { ...metric, causes },
      { ...metric, metric: "cost", real },
    ]),
  ).toEqual([
    "failed sessions by cause, stable/candidate: bad answer 0/4, provider 1/2",
    "really spent per session, with what caches saved: $0.00123/–",
  ]);
});

test("tells both margins where either is enough", () => {
  const either = { ...metric, no_worse: { ...metric.no_worse, or_difference: 0.005 } };
  expect(formatBeside([either])).toEqual([
    "errors: no worse below 2 times stable's, or below 0.5 more of 100 sessions",
  ]);
});

test("says nothing where nothing failed and nothing was saved", () => {
  expect(formatBeside([metric, { ...metric, causes: {} }])).toEqual([]);
});
