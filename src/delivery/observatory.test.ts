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

const TURN = { rolloutId: "rol_1", failure: null, latencyMs: 10, firstTokenMs: 1, costPico: 0n } as const;

function watching() {
  const clock = new HandClock();
  const routes = { publish() {}, trip() {}, isolate() {} };
  const observatory = new Observatory({ clock, log, routes, replicaId: "rep_1" });
  const ledger = observatory.watch(rampingAt(0));
  observatory.start();
  const assign = (session: string): void =>
    observatory.assigned({ rolloutId: "rol_1", session, arm: "stable", epoch: 2, weight: 0.5 });
  return { clock, observatory, ledger, assign };
}

test.each([
  ["froze", (clock: HandClock) => clock.freeze(300_000)],
  ["slept on a machine whose monotonic clock slept as well", (clock: HandClock) => clock.setWall(300_000)],
])("a process that %s leaves out what was under way, and what waits behind that", (...[, stand]) => {
  const { clock, observatory, ledger, assign } = watching();
  for (const session of ["done", "broke off", "answered behind it", "silent"]) assign(session);
  observatory.turnEnded({ ...TURN, session: "done" });
  observatory.turnEnded({ ...TURN, session: "answered behind it" });
  stand(clock);
  observatory.turnEnded({ ...TURN, session: "broke off", failure: "provider" });
  clock.advance(1_000);
  assign("later");
  observatory.turnEnded({ ...TURN, session: "later" });
  const { sessions, leftOut, metrics } = ledger.reading();
  expect({ sessions, leftOut }).toEqual({
    sessions: { stable: 2, candidate: 0 },
    leftOut: { stable: 3, candidate: 0 },
  });
  expect(metrics[0]?.value.stable).toBe(0);
});

/** A call of `head` that came beside a faster one and had no turn after all. */
function dropLater(observatory: Observatory): () => void {
  const [first, faster] = [observatory.turnBegan("rol_1", "head"), observatory.turnBegan("rol_1", "head")];
  observatory.turnEnded({ ...TURN, session: "head", begun: faster });
  return () => observatory.turnDropped("rol_1", "head", first);
}

test.each([
  ["has no turn", dropLater],
  ["is not observed", (observatory: Observatory) => () => observatory.leftOut("rol_1", "head")],
])("nor does what waits behind count where it first hears of a call that %s", (_, prepare) => {
  const { clock, observatory, ledger, assign } = watching();
  assign("head");
  const hear = prepare(observatory);
  assign("failed at once");
  observatory.turnEnded({ ...TURN, session: "failed at once", failure: "provider" });
  assign("would have timed out");
  clock.freeze(300_000);
  hear();
  clock.advance(1_000);
  expect(ledger.reading()).toMatchObject({ sessions: { stable: 0 }, leftOut: { stable: 3 } });
});

test("a process that runs closes windows as they run out, however long nothing else happens", () => {
  const { clock, ledger, assign } = watching();
  assign("silent");
  clock.advance(3_600_000);
  expect(ledger.reading()).toMatchObject({ sessions: { stable: 1 }, metrics: [{ value: { stable: 1 } }, {}, {}] });
});
