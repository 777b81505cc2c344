import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ANSWER, WIDE_ANSWER } from "../../fixtures/faulty-provider/answer-text.ts";
import { PROFILES } from "../../fixtures/faulty-provider/profile.ts";
import { observe } from "./observe.ts";
import type { Observation } from "./observe.ts";
import { oneProviderEach } from "./one-provider.ts";
import { startStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const LIMIT_MS = 20_000;

const ENDPOINTS = {
  "first-rescued": { model: "error-first.a", backup: "healthy.a" },
  "first-alone": { model: "error-first.b" },
  inside: { model: "error-inside", backup: "healthy.b" },
  "empty-choices": { model: "empty-choices" },
  "ping-comment": { model: "ping-comment" },
  "ping-event": { model: "ping-event" },
  "split-bytes": { model: "split-bytes" },
  "split-crlf": { model: "split-crlf" },
  "limited-until": { model: "limited-until" },
  "big-event": { model: "big-event" },
  "huge-event": { model: "huge-event" },
  "thinks-long": { model: "thinks-long", yaml: "timeouts: { first_token: 2s, idle: 2s }" },
  "kept-alive": { model: "kept-alive", yaml: "timeouts: { idle: 2s, total: 15s }" },
  alone: { model: "s04" },
  "too-long": { model: "s12" },
} as const;

let stage: Stage;

beforeAll(async () => {
  stage = await startStage(PROFILES.fast, (baseUrl) => oneProviderEach(baseUrl, ENDPOINTS));
});

afterAll(() => stage.stop());

const ask = (endpoint: keyof typeof ENDPOINTS, expected = ANSWER, stream = true): Promise<Observation> =>
  observe({ url: stage.url, endpoint, stream, limitMs: LIMIT_MS, expected });

describe("an error event inside a stream with status 200", () => {
  test("before the first content is an outage: the fallback answers", async () => {
    expect(await ask("first-rescued")).toMatchObject({ seenAs: "whole", model: "healthy.a" });
  });

  test("before the first content, without a fallback, is an error with a status", async () => {
    const seen = await ask("first-alone");
    expect(seen).toMatchObject({ seenAs: "error", ended: true, sawDone: false });
    expect(seen.status).toBeGreaterThanOrEqual(500);
  });

  test("after content ends in an error event, and nothing that looks like success follows", async () => {
    const seen = await ask("inside");
    expect(seen).toMatchObject({ seenAs: "error", status: 200, ended: true, sawDone: false, finishReason: null });
    expect(seen.contradictory).toBe(false);
    expect(ANSWER.startsWith(seen.text)).toBe(true);
    expect(seen.text.split(" ")).toHaveLength(20);
  });
});

describe("a healthy stream with peculiarities", () => {
  test.each([
    ["events without choices", "empty-choices", ANSWER],
    ["comments that say it is alive", "ping-comment", ANSWER],
    ["ping events", "ping-event", ANSWER],
    ["characters cut into single bytes", "split-bytes", WIDE_ANSWER],
    ["CRLF line ends, every byte on its own", "split-crlf", WIDE_ANSWER],
    ["one event of a megabyte", "big-event", "x".repeat(1_000_000)],
  ] as const)("%s: the whole answer arrives, with its usage", async (...[, endpoint, expected]) => {
    const seen = await ask(endpoint, expected);
    expect(seen).toMatchObject({ seenAs: "whole", status: 200, malformed: 0, sawDone: true });
    expect(seen.text).toBe(expected);
    expect(seen.usage).toMatchObject({ total_tokens: 80 });
  });
});

test("a model that thinks for longer than its first token may take is heard, and answers", async () => {
  const seen = await ask("thinks-long");
  expect(seen).toMatchObject({ seenAs: "whole", status: 200, sawDone: true });
  expect(seen.firstByteMs).toBeLessThan(2_000);
  expect(stage.provider.attemptsAt("thinks-long")).toHaveLength(1);
});

test("a stream that stalls is ended by its gap, whatever keeps it alive", async () => {
  const seen = await ask("kept-alive");
  expect(seen).toMatchObject({ seenAs: "error", status: 200, ended: true, sawDone: false });
  expect(seen.text.split(" ")).toHaveLength(20);
  expect(JSON.stringify(seen.error)).toContain("bytes such as pings came but no token");
});

test("an event larger than any answer has is refused with an honest error", async () => {
  expect(await ask("huge-event")).toMatchObject({ seenAs: "error", status: 502, ended: true, sawDone: false });
});

describe("a provider that cannot answer, when nobody else could", () => {
  test("a Retry-After that is a date is waited for", async () => {
    const seen = await ask("limited-until");
    const [first, second, ...more] = stage.provider.attemptsAt("limited-until");
    expect(seen.seenAs).toBe("whole");
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_800);
    expect(more).toEqual([]);
  });

  test("the original error of an outage is passed on", async () => {
    const seen = await ask("alone");
    expect(seen).toMatchObject({ seenAs: "error", status: 503, ended: true });
    expect(stage.provider.attemptsAt("s04").length).toBeLessThanOrEqual(6);
  });

  test("a request that is too long is not sent again, and the provider's reason is passed on", async () => {
    const seen = await ask("too-long");
    expect(seen).toMatchObject({ seenAs: "error", status: 400, ended: true });
    expect(JSON.stringify(seen.error)).toContain("context");
    expect(stage.provider.attemptsAt("s12")).toHaveLength(1);
  });
});
