import { describe, expect, test } from "vitest";
import { MINUTE, THREE } from "../../../test/fixtures/now-samples.ts";
import { errorsSince } from "./errors-since.ts";

const errors = { standing: "degraded", since: THREE, peak: 0.13, share: 0.13, calls: 967 } as const;

describe("how calls go since the second in which they began to fail", () => {
  test("is told of the calls since then, and not of those of the whole minute", () => {
    // Twelve calls a second; from 39 s on a quarter of them fail.
    const minutes = [
      { start: THREE - MINUTE, calls: 720, faults: 0 },
      { start: THREE, calls: 720, faults: 63 },
      { start: THREE + MINUTE, calls: 240, faults: 60 },
    ];
    const since = THREE + 39_000;
    const told = errorsSince(errors, minutes, { since, now: THREE + MINUTE + 20_000 });
    expect(told).toMatchObject({ standing: "degraded", since, calls: 492 });
    expect(told.share).toBeCloseTo(0.25, 2);
  });

  test("takes of the minute under way a part of what has passed", () => {
    const minutes = [{ start: THREE, calls: 500, faults: 55 }];
    const told = errorsSince(errors, minutes, { since: THREE + 40_000, now: THREE + 50_000 });
    expect(told).toMatchObject({ calls: 100, share: 0.55, standing: "failing" });
  });

  test("is as it was where the newest minutes are later, or it is getting well", () => {
    const minutes = [
      { start: THREE, calls: 700, faults: 70 },
      { start: THREE + MINUTE, calls: 700, faults: 70 },
      { start: THREE + 2 * MINUTE, calls: 700, faults: 70 },
    ];
    const terms = { since: THREE + 30_000, now: THREE + 2 * MINUTE + 1 };
    expect(errorsSince(errors, minutes, terms)).toEqual({ ...errors, since: terms.since });
    const recovering = { ...errors, standing: "recovering" } as const;
    expect(errorsSince(recovering, minutes.slice(0, 1), terms)).toEqual({ ...recovering, since: terms.since });
    expect(errorsSince(errors, [], terms)).toEqual({ ...errors, since: terms.since });
  });
});
