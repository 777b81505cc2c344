import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedWaitMs, fullJitterMs, resetMs, retryAfterMs } from "./backoff.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

describe("full jitter", () => {
  test("a wait lies between zero and the doubled first wait, and never beyond the longest", () => {
    const terms = fc.record({
      retry: fc.nat(100),
      firstMs: fc.integer({ min: 1, max: 60_000 }),
      longestMs: fc.integer({ min: 1, max: 600_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(terms, (given) => {
        const ms = fullJitterMs(given);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(given.longestMs);
        expect(ms).toBeLessThanOrEqual(given.firstMs * 2 ** given.retry);
      }),
    );
  });

  test("the bound doubles with each retry", () => {
    const bound = (retry: number): number => fullJitterMs({ retry, firstMs: 500, longestMs: 8_000, random: 1 });
    expect([0, 1, 2, 3, 4, 5].map(bound)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000]);
  });
});

describe("Retry-After", () => {
  test.each([
    ["2", 2_000],
    [" 0 ", 0],
    ["1.5", 1_500],
    ["Sat, 21 Nov 2026 12:00:07 GMT", 7_000],
    ["Saturday, 21-Nov-26 12:00:07 GMT", 7_000],
    ["Sat, 21 Nov 2026 11:00:00 GMT", 0],
    ["999999999999", 86_400_000],
    ["soon", null],
    ["-3", null],
    ["", null],
    ["1e3", null],
    ["Mon, x", null],
  ])("%j is read as %s ms", (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms);
  });
});

describe("resets", () => {
  test.each([
    ["1s", 1_000],
    ["6m0s", 360_000],
    ["88ms", 88],
    ["1h2m3.5s", 3_723_500],
    ["12", 12_000],
    [String(NOW / 1_000 + 5), 5_000],
    [String(NOW + 5_000), 5_000],
    ["2026-11-21T12:00:09Z", 9_000],
    ["6m 0s", null],
    ["m", null],
  ])("%j is read as %s ms", (value, ms) => {
    expect(resetMs(value, NOW)).toBe(ms);
  });
});

describe("what a provider asks for", () => {
  test("Retry-After counts before the resets of its limits, and its form in milliseconds before both", () => {
    const headers = { "x-ratelimit-reset-requests": "9s", "retry-after": "2" };
    expect(askedWaitMs(headers, NOW)).toBe(2_000);
    expect(askedWaitMs({ ...headers, "retry-after-ms": "150" }, NOW)).toBe(150);
  });

  test("the reset of the limit that is used up counts, not that of another", () => {
    const headers = {
      "x-ratelimit-remaining-requests": "99",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
    };
    expect(askedWaitMs(headers, NOW)).toBe(360_000);
  });

  test("where no limit says that it is used up, the earliest reset counts", () => {
    const headers = { "x-ratelimit-reset-requests": "4s", "anthropic-ratelimit-tokens-reset": "2026-11-21T12:00:03Z" };
    expect(askedWaitMs(headers, NOW)).toBe(3_000);
  });

  test("whatever a header says, the answer is nothing or a wait from zero to a day", () => {
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{0,20}(ms|s|m|h)?$/), fc.date().map(String));
    fc.assert(
      fc.property(value, value, value, (retryAfter, reset, remaining) => {
        const headers = {
          "retry-after": retryAfter,
          "x-ratelimit-reset-tokens": reset,
          "x-ratelimit-remaining-tokens": remaining,
        };
        const ms = askedWaitMs(headers, NOW);
        if (ms === null) return;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });
});
