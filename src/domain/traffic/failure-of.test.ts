import { describe, expect, test } from "vitest";
import type { AttemptEnd, AttemptRecord } from "../call/call-record.ts";
import type { ErrorCode } from "../errors.ts";
import { failureOf } from "./failure-of.ts";

const attempt = (end: AttemptEnd, code: ErrorCode | null = null): AttemptRecord => ({
  provider: "p",
  model: "m",
  reason: "first",
  end,
  key: null,
  startMs: 0,
  firstByteMs: null,
  endMs: 1,
  status: null,
  error: code === null ? null : { code, message: "" },
  usage: null,
  costPico: 0n,
});

const ok = (...attempts: readonly AttemptRecord[]) => failureOf({ outcome: "ok", errorCode: null, attempts });

test("a failure that a fallback repaired still counts", () => {
  expect(ok(attempt("failed", "provider_timeout"), attempt("answered"))).toBe("timeout");
});

test("a target that was passed over because its breaker was open counts as its release's failure", () => {
  expect(ok(attempt("skipped", "provider_unavailable"), attempt("answered"))).toBe("provider");
  expect(ok(attempt("skipped", "rate_limited"), attempt("answered"))).toBe("refused");
  expect(ok(attempt("skipped", "rate_limited"), attempt("failed", "provider_timeout"), attempt("answered"))).toBe(
    "timeout",
  );
});

test("an attempt that lost to a faster one is no failure", () => {
  expect(ok(attempt("lost"), attempt("answered"))).toBeNull();
});

test("a client that leaves is no failure, whatever was under way", () => {
  const left = [attempt("abandoned", "provider_cut"), attempt("abandoned", "provider_cut")];
  expect(failureOf({ outcome: "abandoned", errorCode: null, attempts: left })).toBeNull();
  const before = [attempt("failed", "provider_error"), attempt("abandoned", "provider_cut")];
  expect(failureOf({ outcome: "abandoned", errorCode: null, attempts: before })).toBe("provider");
});

test("a failure is one also when the client leaves while the next attempt is waited for", () => {
  const attempts = [attempt("failed", "provider_rate_limited")];
  expect(failureOf({ outcome: "abandoned", errorCode: null, attempts, status: 499, totalMs: 100 })).toBe("provider");
});

describe("a client that leaves with nothing to read", () => {
  const attempts = [attempt("abandoned", "provider_cut")];
  const after = (startMs: number, totalMs: number) =>
    ({
      outcome: "abandoned",
      errorCode: null,
      attempts,
      status: 499,
      totalMs,
      stages: [
        { stage: "limit", startMs: 0, endMs: startMs },
        { stage: "call", startMs, endMs: totalMs },
      ],
    }) as const;

  test("has given up waiting after a while, which is a failure", () => {
    expect(failureOf(after(1, 20_000))).toBe("timeout");
    expect(failureOf(after(0, 5_000))).toBe("timeout");
  });

  test("has given up waiting for its release also in the line of a model that nobody could ask yet", () => {
    expect(failureOf({ ...after(1, 20_000), attempts: [] })).toBe("timeout");
  });

  test("may have changed its mind before that, however long it waited for everybody's limits", () => {
    expect(failureOf(after(0, 4_999))).toBeNull();
    expect(failureOf(after(30_000, 30_050))).toBeNull();
    expect(
      failureOf({ ...after(0, 0), stages: [{ stage: "limit", startMs: 0, endMs: 60_000 }], totalMs: 60_000 }),
    ).toBeNull();
  });

  test("is none where it had an answer to read", () => {
    expect(failureOf({ ...after(0, 20_000), status: 200 })).toBeNull();
  });

  test("is none where a stop of the server has ended it", () => {
    expect(failureOf({ ...after(0, 20_000), errorCode: "server_stopped" })).toBeNull();
  });
});
