import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { rampingAt } from "../../test/fixtures/rollout-samples.ts";
import { Observatory } from "./observatory.ts";

test("the observatory counts sessions that were not observed, also those of rollouts that have ended", () => {
  const log = {
    append() {},
    counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
    flush: () => Promise.resolve(),
  };
  const observatory = new Observatory({
    clock: new HandClock(),
    log,
    routes: { publish() {}, trip() {}, isolate() {} },
    replicaId: "rep_1",
  });
  observatory.watch(rampingAt(0));
  for (let index = 0; index < 100_003; index += 1) {
    observatory.assigned({ rolloutId: "rol_1", session: `s-${index}`, arm: "stable", epoch: 2, weight: 0.01 });
  }
  expect(observatory.unobserved()).toBe(3);
  observatory.forget("rol_1");
  expect(observatory.unobserved()).toBe(3);
});
