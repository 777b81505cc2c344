import { describe, expect, test } from "vitest";
import type { Ending } from "./open-call.ts";
import { hasLeftWaiting } from "./has-left-waiting.ts";

const LEFT: Ending = { outcome: "abandoned", error: null };

describe("a client has left while it waited", () => {
  test("where it was given nothing, however early it left", () => {
    expect(hasLeftWaiting({ ending: LEFT, status: null })).toBe(true);
    expect(hasLeftWaiting({ ending: LEFT, status: null, quietMs: 0 })).toBe(true);
  });

  test("where an answer had begun and nothing new had come for two seconds", () => {
    expect(hasLeftWaiting({ ending: LEFT, status: 200, quietMs: 2_000 })).toBe(true);
    expect(hasLeftWaiting({ ending: LEFT, status: 200, quietMs: 1_999 })).toBe(false);
  });

  test("not where it had all of a kept answer before it", () => {
    expect(hasLeftWaiting({ ending: LEFT, status: 200 })).toBe(false);
  });

  test("not where it did not leave: answered, failed, or ended by the server", () => {
    for (const outcome of ["ok", "failed"] as const) {
      expect(hasLeftWaiting({ ending: { outcome, error: null }, status: null, quietMs: 9_000 })).toBe(false);
    }
    expect(hasLeftWaiting({ ending: null, status: null })).toBe(false);
  });
});
