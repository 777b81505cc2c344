import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { rampingAt } from "../../test/fixtures/rollout-samples.ts";
import { Observatory } from "./observatory.ts";

const log = {
  append() {},
  counts: () => ({ written: 0, dropped: 0, waiting: 0, trouble: null }),
  written: () => Promise.resolve(true),
  flush: () => Promise.resolve(),
};

test("the observatory counts sessions that were not observed, also those of rollouts that have ended", () => {
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

test("a replica that does not decide stops no candidate on what it alone has seen; the one that decides does", () => {
  const tripped: string[] = [];
  const standing = { isLeader: false };
  const observatory = new Observatory({
    clock: new HandClock(),
    log,
    routes: { publish() {}, trip: (rolloutId) => void tripped.push(rolloutId), isolate() {} },
    replicaId: "rep_1",
    isLeader: () => standing.isLeader,
  });
  observatory.watch(rampingAt(0));
  const serve = (session: string, arm: "stable" | "candidate"): void => {
    observatory.assigned({ rolloutId: "rol_1", session, arm, epoch: 2, weight: 0.5 });
    const failure = arm === "candidate" ? "provider" : null;
    const turn = { rolloutId: "rol_1", session, failure, latencyMs: 10, firstTokenMs: 1, costPico: 0n } as const;
    for (let count = 0; count < 20; count += 1) observatory.turnEnded(turn);
  };
  for (let index = 0; index < 300; index += 1) serve(`s-${index}`, index % 2 === 0 ? "stable" : "candidate");
  expect(tripped).toEqual([]);
  standing.isLeader = true;
  serve("one more", "candidate");
  expect(tripped).toEqual(["rol_1"]);
});
