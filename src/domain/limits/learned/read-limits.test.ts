import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MOST_LIMITS, MOST_TRUST_MS } from "./learned-limit.ts";
import type { AnswerHeaders, LearnedLimit } from "./learned-limit.ts";
import { readLimits } from "./read-limits.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

const brief = (headers: AnswerHeaders, now = NOW): readonly unknown[] =>
  readLimits(headers, now).map(({ id, unit, limit, remaining, resetMs }) => [id, unit, limit, remaining, resetMs]);

describe("limits in the headers of OpenAI and its kin", () => {
  test("requests and tokens, with resets as spans", () => {
    const headers = {
      "x-ratelimit-limit-requests": "500",
      "x-ratelimit-remaining-requests": "499",
      "x-ratelimit-reset-requests": "120ms",
      "x-ratelimit-limit-tokens": "30000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
    };
    expect(brief(headers)).toEqual([
      ["requests", "requests", 500, 499, 120],
      ["tokens", "tokens", 30_000, 0, 360_000],
    ]);
  });

  test("names with a window, a side or none, and what is neither calls nor tokens left out", () => {
    const headers = {
      "x-ratelimit-remaining-req-minute": "3",
      "x-ratelimit-limit-req-minute": "60",
      "x-ratelimit-remaining-tokens-prompt": "10",
      "x-ratelimit-remaining-tokens-generated": "20",
      "x-ratelimit-remaining": "7",
      "x-ratelimit-reset": String(NOW + 5_000),
      "x-ratelimit-remaining-images": "0",
      "x-ratelimit-remaining-": "0",
    };
    expect(brief(headers)).toEqual([
      ["req-minute", "requests", 60, 3, 1_000],
      ["tokens-prompt", "input-tokens", null, 10, 1_000],
      ["tokens-generated", "output-tokens", null, 20, 1_000],
      ["requests", "requests", null, 7, 5_000],
    ]);
  });
});

test("a limit of nothing is none: the call was answered all the same", () => {
  const headers = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-limit-tokens": "0",
    "x-ratelimit-remaining-tokens": "0",
  };
  expect(brief(headers)).toEqual([["requests", "requests", 500, 499, 1_000]]);
});

describe("limits in Anthropic's headers", () => {
  const anthropic = (reset: string): AnswerHeaders => ({
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": reset,
    "anthropic-ratelimit-input-tokens-limit": "40000",
    "anthropic-ratelimit-input-tokens-remaining": "39000",
    "anthropic-ratelimit-input-tokens-reset": reset,
    "anthropic-ratelimit-output-tokens-remaining": "8000",
    "anthropic-ratelimit-unified-5h-remaining": "0",
  });

  test("requests and the tokens of each side, with resets as dates", () => {
    expect(brief(anthropic("2026-11-21T12:00:30Z"))).toEqual([
      ["requests", "requests", 50, 0, 30_000],
      ["input-tokens", "input-tokens", 40_000, 39_000, 30_000],
      ["output-tokens", "output-tokens", null, 8_000, 1_000],
    ]);
  });

  test("the provider's own date is what a reset counts from, whatever our clock says", () => {
    const headers = { ...anthropic("2026-11-21T12:00:30Z"), date: "Sat, 21 Nov 2026 12:00:20 GMT" };
    expect(brief(headers, NOW + 86_400_000)[0]).toEqual(["requests", "requests", 50, 0, 10_000]);
  });

  test.each([
    ["2025-11-21T12:00:00Z", 0, false],
    ["2027-11-21T12:00:00Z", MOST_TRUST_MS, true],
    ["tomorrow", 1_000, true],
  ])("the reset %s, in the past, too far ahead or of no sense, is clamped", (reset, resetMs, isGuessed) => {
    expect(readLimits(anthropic(reset), NOW)[0]).toMatchObject({ resetMs, isGuessed });
  });
});

describe("limits in the IETF's headers", () => {
  test("by name, with policies and units", () => {
    const headers = {
      ratelimit: '"calls";r=4;t=30, "words";r=900;t=2, "bytes";r=1;t=9',
      "ratelimit-policy": '"calls";q=10;w=60, "words";q=1000;w=60;qu="tokens", "bytes";q=5;w=9;qu="content-bytes"',
    };
    expect(brief(headers)).toEqual([
      ["calls", "requests", 10, 4, 30_000],
      ["words", "tokens", 1_000, 900, 2_000],
    ]);
  });

  test("in the form of earlier versions", () => {
    expect(brief({ ratelimit: "limit=100, remaining=50, reset=5" })).toEqual([
      ["requests", "requests", 100, 50, 5_000],
    ]);
    const headers = { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0", "ratelimit-reset": "7" };
    expect(brief(headers)).toEqual([["requests", "requests", 100, 0, 7_000]]);
  });
});

describe("whatever a provider sends", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "ratelimit",
      "ratelimit-policy",
      "ratelimit-remaining",
      "x-ratelimit-remaining",
      "anthropic-ratelimit-tokens-remaining",
      "anthropic-ratelimit-tokens-reset",
      "date",
    ),
    fc.string({ maxLength: 40 }).map((end) => `x-ratelimit-remaining-requests${end}`),
    fc.stringMatching(/^x-ratelimit-(limit|remaining|reset)-(requests|tokens|req)(-[a-z]{1,60})?$/),
  );
  const value = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.stringMatching(/^[0-9.]{0,25}(ms|s|m|h)?$/),
    fc.stringMatching(/^("[a-z]{0,4}";r=[0-9]{0,18};t=[0-9]{0,18},? ?){0,40}$/),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const isSound = ({ id, limit, remaining, resetMs }: LearnedLimit): boolean =>
    id.length <= 48 &&
    [limit ?? 0, remaining].every((count) => Number.isSafeInteger(count) && count >= 0) &&
    resetMs >= 0 &&
    resetMs <= MOST_TRUST_MS;

  test("what is read is a bounded number of sound limits, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 60 }), (headers) => {
        const limits = readLimits(headers, NOW);
        expect(limits.length).toBeLessThanOrEqual(MOST_LIMITS);
        expect(limits.filter((limit) => !isSound(limit))).toEqual([]);
      }),
    );
  });

  test("what is written as the vendors write it is read back", () => {
    const count = fc.nat(1_000_000);
    fc.assert(
      fc.property(fc.integer({ min: 1 }), count, fc.integer({ min: 1, max: 599 }), (limit, remaining, seconds) => {
        const span = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
        const date = new Date(NOW + seconds * 1_000).toISOString().replace(".000", "");
        const [openAi, anthropic, ietf] = [
          {
            limit: "x-ratelimit-limit-tokens",
            left: "x-ratelimit-remaining-tokens",
            reset: "x-ratelimit-reset-tokens",
          },
          {
            limit: "anthropic-ratelimit-tokens-limit",
            left: "anthropic-ratelimit-tokens-remaining",
            reset: "anthropic-ratelimit-tokens-reset",
          },
          { limit: "ratelimit-limit", left: "ratelimit-remaining", reset: "ratelimit-reset" },
        ];
        for (const [names, reset] of [
          [openAi, span],
          [anthropic, date],
          [ietf, String(seconds)],
        ] as const) {
          const headers = { [names.limit]: String(limit), [names.left]: String(remaining), [names.reset]: reset };
          expect(readLimits(headers, NOW)).toMatchObject([{ limit, remaining, resetMs: seconds * 1_000 }]);
        }
      }),
    );
  });
});
