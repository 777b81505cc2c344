import { expect, test } from "vitest";
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
