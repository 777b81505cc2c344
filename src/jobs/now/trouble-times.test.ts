import { expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import type { CallFilter } from "../../ports/call-store.ts";
import { TroubleClock } from "./trouble-times.ts";

const MINUTE = 60_000;
const BEGAN = Date.UTC(2026, 10, 21, 3);
const ENDED = BEGAN + 10 * MINUTE;

/** A trouble of ten minutes, one failure a second; two seconds later calls are answered again. */
function openClock() {
  const asked: CallFilter[] = [];
  const clock = new TroubleClock({
    async list(filter) {
      asked.push(filter);
      if (filter.outcome === "ok") return [callFacts({ at: ENDED + 2_000 })];
      const failed = Array.from({ length: 30 }, (_, second) =>
        callFacts({ at: ENDED - second * 1_000, outcome: "failed", errorCode: "provider_error" }),
      );
      return failed;
    },
  });
  const errors = {
    standing: "recovering",
    since: BEGAN,
    peak: 1,
    share: 0,
    calls: 60,
    ending: { from: ENDED - MINUTE, to: ENDED + 3 * MINUTE },
  } as const;
  return { asked, timesAt: (now: number) => clock.times({ environment: "production", endpoint: "bot" }, errors, now) };
}

test("when it got well is looked up until all calls of that time are written, and remembered then", async () => {
  const { asked, timesAt } = openClock();
  const times = { since: BEGAN, until: ENDED, wellAt: ENDED + 2_000 };
  expect(await timesAt(ENDED + 20_000)).toEqual(times);
  expect(await timesAt(ENDED + 21_000)).toEqual(times);
  expect(asked.filter(({ outcome }) => outcome === "ok")).toHaveLength(2);
  const long = ENDED + 5 * MINUTE;
  expect(await timesAt(long)).toEqual(times);
  const before = asked.length;
  expect(await timesAt(long + 1_000)).toEqual(times);
  expect(asked).toHaveLength(before);
});
