import { describe, expect, test } from "vitest";
import { judge } from "./judge.ts";
import type { Observation, SeenAs } from "./observe.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Evidence } from "./scenarios.ts";
import { TIMINGS } from "./timing.ts";

const scenarioOf = (id: string) => {
  const found = SCENARIOS.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

const seenAs = (how: SeenAs, rest: Partial<Observation> = {}): Observation => ({
  seenAs: how,
  status: 200,
  headers: {},
  ended: true,
  firstByteMs: 1,
  elapsedMs: 100,
  text: "",
  finishReason: "stop",
  usage: { total_tokens: 80 },
  model: "healthy.x",
  error: null,
  sawDone: true,
  malformed: 0,
  contradictory: false,
  ...rest,
});

/** Attempts at these times, milliseconds. */
const attempts = (...times: readonly number[]): Evidence["primary"] =>
  times.map((atMs, index) => ({
    atMs,
    model: "m",
    fault: "s",
    attempt: index + 1,
    stream: true,
    lastRole: "user",
    bytes: 100,
    endMs: atMs,
    left: false,
  }));

function evidence(seen: Observation, rest: Partial<Evidence> = {}): Evidence {
  const { full: timing } = TIMINGS;
  const calls = [{ sentAtMs: 0, seen }];
  return {
    timing,
    form: "stream",
    calls,
    seen,
    primary: attempts(0),
    backup: [],
    alive: seenAs("whole"),
    outageMs: 60_000,
    ...rest,
  };
}

const verdictOf = (id: string, given: Evidence): string => judge(scenarioOf(id), given).verdict;

describe("what every fault is judged by", () => {
  test.each(SCENARIOS.map(({ id }) => id))(
    "%s fails after a hang, a truncation, a contradiction, or a dead server",
    (id) => {
      expect(verdictOf(id, evidence(seenAs("hang")))).toBe("fail");
      expect(verdictOf(id, evidence(seenAs("truncated")))).toBe("fail");
      expect(verdictOf(id, evidence(seenAs("error", { contradictory: true })))).toBe("fail");
      expect(verdictOf(id, evidence(seenAs("whole"), { alive: seenAs("error") }))).toBe("fail");
    },
  );

  test("an error is safe where an answer was wanted, and a pass where an error was", () => {
    const error = seenAs("error", { error: { code: "content_policy_violation", message: "no" } });
    expect(verdictOf("S08", evidence(error))).toBe("safe");
    expect(verdictOf("S13", evidence(error))).toBe("pass");
    expect(verdictOf("S13", evidence(seenAs("whole")))).toBe("partial");
  });
});

describe("what single faults are judged by", () => {
  test.each([
    ["S01", "pass", attempts(0, 2_000)],
    ["S01", "partial", attempts(0, 600)],
    ["S02", "pass", attempts(0, 500, 1_500)],
    ["S02", "partial", attempts(0, 100, 200, 300, 400)],
    ["S03", "pass", attempts(0, 300)],
    ["S03", "partial", attempts(0)],
    ["S04", "partial", attempts(0, 1, 2, 3, 4, 5, 6)],
    ["S06", "pass", attempts(0)],
    ["S06", "fail", attempts(0, 30_000)],
    ["S12", "pass", attempts(0)],
    ["S12", "partial", attempts(0, 10)],
    ["S12", "fail", attempts(0, 10, 20)],
    ["S15", "pass", attempts(0, 500, 16_000, 32_000, 48_000, 64_000)],
    ["S15", "fail", attempts(0, 500, 12_000, 24_000, 36_000, 48_000, 64_000)],
    ["S15", "fail", attempts(0, 500, 16_000, 95_000)],
  ] as const)("%s is a %s with these attempts", (id, wanted, primary) => {
    expect(verdictOf(id, evidence(seenAs("whole"), { primary }))).toBe(wanted);
  });

  test.each([
    ["S05", "partial", { elapsedMs: 21_000 }],
    ["S06", "fail", { elapsedMs: 101_000 }],
    ["S07", "partial", { elapsedMs: 16_000 }],
    ["S09", "fail", { elapsedMs: 46_000 }],
    ["S10", "fail", { malformed: 1 }],
    ["S11", "partial", { elapsedMs: 9_000 }],
    ["S11", "partial", { usage: null }],
    ["S16", "partial", { model: "s16.x" }],
  ] as const)("%s is a %s with such an answer", (id, wanted, rest) => {
    expect(verdictOf(id, evidence(seenAs("whole", rest)))).toBe(wanted);
  });

  test("S14 fails when the fallback got a prefix last, whatever is told of it", () => {
    const refused = attempts(0, 10).map((attempt) => ({ ...attempt, lastRole: "assistant" }));
    const seen = seenAs("error", { error: { code: "provider_cut", message: "It broke." } });
    expect(verdictOf("S14", evidence(seen, { backup: refused }))).toBe("fail");
    expect(verdictOf("S14", evidence(seenAs("whole"), { backup: [...refused, ...attempts(20)] }))).toBe("pass");
  });

  test("S14 fails when the refused prefix is the final error", () => {
    const error = { code: "prefill_not_supported", message: "Simulated: prefill_not_supported." };
    expect(verdictOf("S14", evidence(seenAs("error", { error })))).toBe("fail");
  });
});
