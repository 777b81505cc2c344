import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallFacts } from "../call/call-record.ts";
import { isInShare, whyKept } from "./sample-trace.ts";
import type { SamplePolicy } from "./sample-trace.ts";

const ID = "call_01kaxk3hqn0000000000000000";
const POLICY: SamplePolicy = { share: 0, errors: true, slowerThanMs: 1_000, candidates: true, parents: true };

const factsOf = (some: Partial<CallFacts>): CallFacts =>
  ({ id: ID, outcome: "ok", arm: "stable", attempts: [], totalMs: 10, ...some }) as CallFacts;

const attempt = (end: string, code: string | null) =>
  ({ end, error: code === null ? null : { code, message: "" } }) as CallFacts["attempts"][number];

describe("a trace is kept", () => {
  test.each([
    ["a failed call", { outcome: "failed" }, "error"],
    [
      "a call with an attempt that failed",
      { attempts: [attempt("failed", "provider_error"), attempt("answered", null)] },
      "error",
    ],
    ["a call with an answer that was rejected", { attempts: [attempt("rejected", "answer_refused")] }, "error"],
    ["a slow call", { totalMs: 1_000 }, "slow"],
    ["a candidate's call", { arm: "candidate" }, "arm"],
    ["a shadow copy", { arm: "shadow" }, "arm"],
    ["a call whose caller records", { parentSpan: { spanId: "00f067aa0ba902b7", sampled: true } }, "caller"],
  ] as const)("of %s, whatever the share", (_, some, because) => {
    expect(whyKept(factsOf(some as Partial<CallFacts>), POLICY)).toBe(because);
    const off: SamplePolicy = { share: 0, errors: false, slowerThanMs: null, candidates: false, parents: false };
    expect(whyKept(factsOf(some as Partial<CallFacts>), off)).toBeNull();
  });

  test.each([
    ["a good call of stable", {}],
    ["a hedge that was overtaken", { attempts: [attempt("lost", "provider_cut")] }],
    ["a call whose caller does not record", { parentSpan: { spanId: "00f067aa0ba902b7", sampled: false } }],
  ] as const)("of %s only by the share", (_, some) => {
    expect(whyKept(factsOf(some as Partial<CallFacts>), POLICY)).toBeNull();
    expect(whyKept(factsOf(some as Partial<CallFacts>), { ...POLICY, share: 1 })).toBe("share");
  });
});

describe("a share", () => {
  const traces = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex"));

  test("keeps a trace that a smaller share keeps, so that servers with different shares agree", () => {
    fc.assert(
      fc.property(
        traces,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trace, a, b) => {
          if (isInShare(trace, Math.min(a, b))) expect(isInShare(trace, Math.max(a, b))).toBe(true);
        },
      ),
    );
  });

  test("keeps about that many", () => {
    const ids = Array.from({ length: 4_096 }, (_, index) =>
      index.toString(16).padStart(3, "0").padStart(21, "0").padEnd(32, "8"),
    );
    expect(ids.filter((id) => isInShare(id, 0.25))).toHaveLength(1_024);
  });
});
