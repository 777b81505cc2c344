import { describe, expect, test } from "vitest";
import type { MetricPlan } from "../rollout/plan.ts";
import type { FeedbackItem } from "./feedback.ts";
import { signalOf } from "./signal-of.ts";

const base = {
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 0.2,
  required: false,
  capPico: null,
  withinMs: 60_000,
} as const;
const PLAN: readonly MetricPlan[] = [
  { ...base, metric: "errors" },
  { ...base, metric: "thumbs" },
  { ...base, metric: "problems" },
  { ...base, metric: "judge", judge: { score: "helpful", digest: "j@1", sample: 1 } },
  { ...base, metric: "business:sold", business: { type: "event", isGood: true } },
  { ...base, metric: "business:basket", business: { type: "value", low: 1, high: 9, better: "higher", missing: 1 } },
];

const read = (item: FeedbackItem, plan = PLAN) => signalOf(plan, item);
const own = (name: string, value: number | boolean): FeedbackItem => ({ kind: "metric", name, value });

describe("what a plan makes of something that was said", () => {
  test("a thumbs-down, a problem and a score are outcomes of their metrics", () => {
    expect(read({ kind: "thumbs", up: false })).toEqual({ metric: "thumbs", withinMs: 60_000, value: 1 });
    expect(read({ kind: "problem", category: null, comment: null })).toMatchObject({ metric: "problems", value: 1 });
    const score = { kind: "score", name: "helpful", value: 0.25, judge: "j@1" } as const;
    expect(read(score)).toMatchObject({ metric: "judge", value: 0.25 });
  });

  test("a thumbs-up and an event that did not happen are nothing", () => {
    expect(read({ kind: "thumbs", up: true })).toEqual({ unused: "no_event" });
    expect([read(own("sold", false)), read(own("sold", 0))]).toEqual([{ unused: "no_event" }, { unused: "no_event" }]);
  });

  test("another score and another judge are no evidence", () => {
    expect(read({ kind: "score", name: "polite", value: 1, judge: "j@1" })).toEqual({ unused: "not_compared" });
    expect(read({ kind: "score", name: "helpful", value: 1, judge: "j@2" })).toEqual({ unused: "other_judge" });
    expect(read({ kind: "score", name: "helpful", value: 1, judge: null })).toEqual({ unused: "other_judge" });
  });

  test("events are true or false, and values lie in their range", () => {
    expect([read(own("sold", true)), read(own("sold", 1)), read(own("basket", 9))]).toMatchObject([
      { value: 1 },
      { value: 1 },
      { value: 9 },
    ]);
    expect(read(own("sold", 0.5))).toEqual({ fault: "The metric sold is an event, and 0.5 is neither true nor false" });
    expect(read(own("basket", 9.5))).toEqual({
      fault: "The metric basket is declared from 1 to 9, and 9.5 is not in there",
    });
    expect(read(own("basket", true))).toEqual({ fault: "The metric basket is a number, and true is none" });
    expect(read(own("basket", Number.NaN))).toHaveProperty("fault");
  });

  test("what the plan does not have is not compared", () => {
    expect(read(own("unheard-of", 1))).toEqual({ unused: "not_compared" });
    expect(read({ kind: "correction", text: "42" })).toEqual({ unused: "not_compared" });
    expect(read({ kind: "thumbs", up: false }, [])).toEqual({ unused: "not_compared" });
  });
});
