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
  const left = { outcome: "abandoned", errorCode: null, attempts, status: 499, totalMs: 20_000 } as const;

  test("has given up waiting after a while, which is a failure", () => {
    expect(failureOf(left)).toBe("timeout");
    expect(failureOf({ ...left, totalMs: 5_000 })).toBe("timeout");
  });

  test("may have changed its mind before that", () => {
    expect(failureOf({ ...left, totalMs: 4_999 })).toBeNull();
  });

  test("is none where it had an answer to read, or nobody had been asked", () => {
    expect(failureOf({ ...left, status: 200 })).toBeNull();
    expect(failureOf({ ...left, attempts: [] })).toBeNull();
  });

  test("is none where a stop of the server has ended it", () => {
    expect(failureOf({ ...left, errorCode: "server_stopped" })).toBeNull();
  });
});
