import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { Evidence } from "../domain/evidence/running-evidence.ts";
import type { EvidencePlan } from "../domain/evidence/running-evidence.ts";
import type { Signal } from "../domain/feedback/signal.ts";
import type { MetricPlan } from "../domain/rollout/plan.ts";
import type { JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";
import { DelayedLedger } from "./delayed-ledger.ts";
import { delayedMetrics, isJudged } from "./delayed-metrics.ts";
import { MAX_DELAYED_SESSIONS } from "./delayed-queue.ts";
import { replayEvidence } from "./restore.ts";

const MINUTE = 60_000;
/** What may take so long to reach a journal is waited for. */
const WRITTEN = 6_000;
const rolloutId = "rol_1";

const metric = (changes: Partial<MetricPlan> & Pick<MetricPlan, "metric">): MetricPlan => ({
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 0.5,
  required: true,
  capPico: null,
  withinMs: 10 * MINUTE,
  ...changes,
});

const PLAN: EvidencePlan = {
  metrics: [
    metric({ metric: "thumbs" }),
    metric({
      metric: "judge",
      withinMs: 30 * MINUTE,
      harmDrop: 0,
      noWorseDrop: 0.05,
      judge: { score: "s", digest: "d", sample: 1 },
    }),
  ],
  alpha: 0.05,
  beta: 0.05,
};

/** A replica with its journal; `read` takes in what others have written since the last time. */
class World {
  readonly isShared: boolean;
  readonly clock = new HandClock();
  readonly entries = new Map<string, JournalEntry[]>();
  readonly replicas = new Map<string, { ledger: DelayedLedger; evidence: Evidence; seen: Map<string, number> }>();

  constructor(isShared = false) {
    this.isShared = isShared;
  }

  replica(id: string): { ledger: DelayedLedger; evidence: Evidence; seen: Map<string, number> } {
    const known = this.replicas.get(id);
    if (known !== undefined) return known;
    const written: JournalEntry[] = [];
    this.entries.set(id, written);
    const evidence = new Evidence(PLAN);
    const ledger = new DelayedLedger({
      metrics: delayedMetrics(rolloutId, PLAN.metrics),
      evidence,
      clock: this.clock,
      isShared: this.isShared,
      write: (entry) => void written.push(entry),
      settled: () => {},
    });
    const made = { ledger, evidence, seen: new Map<string, number>() };
    this.replicas.set(id, made);
    return made;
  }

  assign(id: string, session: string, arm: "stable" | "candidate" = "candidate"): void {
    const assignment = { rolloutId, session, arm, epoch: 1, weight: 0.5 };
    const order = this.entries.get(id)?.length ?? 0;
    const { ledger } = this.replica(id);
    this.entries.get(id)?.push({ type: "assigned", order, at: this.clock.now(), assignment });
    ledger.assigned(assignment, this.clock.now());
  }

  say(
    id: string,
    session: string,
    { value = 1, name = "thumbs" }: { value?: number; name?: Signal["metric"] } = {},
  ): unknown {
    return this.replica(id).ledger.receive({ metric: name, session, value, at: this.clock.now() });
  }

  read(id: string): void {
    const { ledger, seen } = this.replica(id);
    for (const [replicaId, written] of this.entries) {
      if (replicaId === id) continue;
      const known = seen.get(replicaId) ?? 0;
      seen.set(replicaId, written.length);
      ledger.takeBatch({ rolloutId, replicaId, batch: 1, entries: written.slice(known) });
    }
    ledger.gathered(this.clock.now(), true);
  }

  /** Contributions in the journal of a replica: metric, session, value, and in whose place. */
  late(id: string): readonly unknown[] {
    return (this.entries.get(id) ?? []).flatMap((entry) =>
      entry.type === "late"
        ? [[entry.metric, entry.session, entry.outcome.value, ...(entry.of === undefined ? [] : [entry.of])]]
        : [],
    );
  }
}

/** Everything that was written, as a journal that a new process reads. */
function journalOf(world: World) {
  return {
    async *read(): AsyncIterable<JournalBatch> {
      for (const [replicaId, entries] of [...world.entries].toSorted(([one], [other]) => (one < other ? -1 : 1)))
        yield { rolloutId, replicaId, batch: 1, entries };
    },
  };
}

describe("sessions whose outcome comes later", () => {
  test("are settled when their window has passed, those without a word as nothing", () => {
    const world = new World();
    world.assign("a", "one");
    world.assign("a", "two");
    expect(world.say("a", "two")).toBe("counted");
    world.replica("a").ledger.expire();
    expect(world.late("a")).toEqual([]);
    world.clock.advance(10 * MINUTE);
    world.replica("a").ledger.expire();
    expect(world.late("a")).toEqual([
      ["thumbs", "one", null],
      ["thumbs", "two", 1],
    ]);
    world.clock.advance(20 * MINUTE);
    world.replica("a").ledger.expire();
    expect(world.late("a")).toHaveLength(4);
  });

  test("count once, however often somebody says something", () => {
    const world = new World();
    world.assign("a", "one");
    expect([
      world.say("a", "one"),
      world.say("a", "one"),
      world.say("a", "one", { value: 0.4, name: "judge" }),
    ]).toEqual(["counted", "known", "counted"]);
    expect(world.replica("a").ledger.counts).toMatchObject({ counted: 2, known: 1 });
  });

  test("are no longer waited for when something is said too late", () => {
    const world = new World();
    world.assign("a", "one");
    world.clock.advance(10 * MINUTE + 1);
    expect(world.say("a", "one")).toBe("late");
    world.replica("a").ledger.expire();
    expect(world.late("a")).toEqual([["thumbs", "one", null]]);
    expect(world.say("a", "one")).toBe("late");
    world.clock.advance(10 * MINUTE);
    world.replica("a").ledger.expire();
    // Forgotten by now, and there is nobody else who could know it.
    expect(world.say("a", "one")).toBe("late");
    expect(world.entries.get("a")?.filter(({ type }) => type === "signal")).toEqual([]);
  });

  test("give the same contributions in the same order, in whatever order people speak", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(["s0", "s1", "s2", "s3", "s4", "s5"], { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 8 * MINUTE }), { minLength: 6, maxLength: 6 }),
        (sessions, pauses) => {
          const world = new World();
          for (const session of ["s0", "s1", "s2", "s3", "s4", "s5"]) world.assign("a", session);
          const start = world.clock.now();
          for (const [index, session] of sessions.entries()) {
            world.clock.advance(Math.min(pauses[index] ?? 0, Math.max(0, start + 9 * MINUTE - world.clock.now())));
            world.say("a", session);
            world.replica("a").ledger.expire();
          }
          world.clock.advance(10 * MINUTE);
          world.read("a");
          world.replica("a").ledger.expire();
          const expected = ["s0", "s1", "s2", "s3", "s4", "s5"].map((session) => [
            "thumbs",
            session,
            sessions.includes(session) ? 1 : null,
          ]);
          expect(world.late("a")).toEqual(expected);
        },
      ),
    );
  });

  test("find no room beyond their bound, and are counted", () => {
    const world = new World();
    for (let index = 0; index < MAX_DELAYED_SESSIONS + 3; index += 1) world.assign("a", `s${index}`);
    expect(world.replica("a").ledger.dropped).toBe(6);
  });
});

describe("several replicas", () => {
  test("what one of them hears counts where the session was assigned", () => {
    const world = new World(true);
    world.assign("a", "one");
    expect(world.say("b", "one")).toBe("handed_on");
    world.read("a");
    expect([world.late("a"), world.late("b")]).toEqual([[["thumbs", "one", 1]], []]);
  });

  test("nobody takes silence for an answer before the others' journals have been read to the window's end", () => {
    const world = new World(true);
    world.assign("a", "one");
    world.clock.advance(10 * MINUTE + WRITTEN - 1);
    world.read("a");
    world.clock.advance(1);
    world.replica("a").ledger.expire();
    expect(world.late("a")).toEqual([]);
    world.read("a");
    expect(world.late("a")).toEqual([["thumbs", "one", null]]);
  });

  test("one that has read the other's journal knows whom it hears of", () => {
    const world = new World(true);
    world.assign("a", "one");
    world.read("b");
    expect([world.say("b", "one"), world.say("b", "one")]).toEqual(["counted", "known"]);
    world.read("a");
    expect(world.late("a")).toEqual([["thumbs", "one", 1]]);
    // It has had its say, and everybody who reads knows that.
    world.read("b");
    expect([world.say("a", "one"), world.say("b", "one")]).toEqual(["known", "known"]);
  });

  test("what is said of a session before its assignment has been read is kept for it", () => {
    const world = new World(true);
    world.replica("c");
    world.replica("b");
    world.assign("z", "one");
    world.say("b", "one");
    // In the order of ids: b tells of the session before z does.
    world.read("c");
    world.clock.advance(10 * MINUTE + MINUTE);
    world.replica("c").ledger.adopt(new Set(["b", "c"]), MINUTE);
    expect(world.late("c")).toEqual([["thumbs", "one", 1, "z"]]);
  });

  test("who takes over settles what a dead one left, and nobody else's", () => {
    const world = new World(true);
    world.assign("a", "left");
    world.assign("b", "alive");
    world.say("b", "left");
    world.read("c");
    world.clock.advance(10 * MINUTE + MINUTE - 1);
    world.replica("c").ledger.adopt(new Set(["b", "c"]), MINUTE);
    expect(world.late("c")).toEqual([]);
    world.clock.advance(1);
    world.replica("c").ledger.adopt(new Set(["b", "c"]), MINUTE);
    expect(world.late("c")).toEqual([["thumbs", "left", 1, "a"]]);
    world.replica("c").ledger.adopt(new Set(["b", "c"]), MINUTE);
    expect(world.late("c")).toHaveLength(1);
  });

  test("what was settled in a dead one's place is not settled again by who reads that before the dead one's journal", async () => {
    const world = new World(true);
    // Journals are read in the order of ids: "a", who takes over, comes before "b", who died.
    world.replica("a");
    world.assign("b", "left");
    world.read("a");
    world.clock.advance(12 * MINUTE);
    world.replica("a").ledger.adopt(new Set(["a"]), MINUTE);
    expect(world.late("a")).toEqual([["thumbs", "left", null, "b"]]);
    world.read("c");
    expect(world.say("c", "left")).toBe("late");
    world.replica("c").ledger.adopt(new Set(["c"]), MINUTE);
    expect(world.late("c")).toEqual([]);

    const { delayed } = await replayEvidence(
      { journal: journalOf(world) },
      { id: rolloutId, plan: { ...PLAN } as never },
    );
    expect(delayed.size).toBe(1);
    world.clock.advance(30 * MINUTE);
    world.replica("d").ledger.inherit(delayed);
    world.replica("d").ledger.expire();
    expect(world.late("d")).toEqual([["judge", "left", null, ""]]);
    // Those who share the database later know whose that was.
    world.read("e");
    world.replica("e").ledger.adopt(new Set(["e"]), MINUTE);
    expect(world.late("e")).toEqual([]);
  });

  test("one that stood still for so long that it was taken for dead leaves its sessions to the others", () => {
    const world = new World(true);
    world.assign("a", "one");
    world.read("b");
    world.clock.advance(12 * MINUTE);
    world.replica("b").ledger.adopt(new Set(["b"]), MINUTE);
    world.replica("a").ledger.expire();
    world.read("a");
    expect([world.late("a"), world.late("b")]).toEqual([[], [["thumbs", "one", null, "a"]]]);
  });

  test("one that stood still and was not taken for dead goes on once it has read what others wrote", () => {
    const world = new World(true);
    world.assign("a", "one");
    world.say("b", "one");
    world.clock.advance(12 * MINUTE);
    world.read("a");
    expect(world.late("a")).toEqual([["thumbs", "one", 1]]);
  });

  test("one that has settled its own leaves nothing to adopt", () => {
    const world = new World(true);
    world.assign("a", "one");
    world.clock.advance(10 * MINUTE + WRITTEN);
    world.read("a");
    world.read("c");
    world.clock.advance(MINUTE);
    world.replica("c").ledger.adopt(new Set(["c"]), MINUTE);
    expect(world.late("c")).toEqual([]);
  });
});

describe("after a restart", () => {
  test("nothing that was said is lost, and sessions that waited still wait", async () => {
    const world = new World();
    world.assign("a", "spoken");
    world.assign("a", "silent");
    world.assign("a", "later");
    world.say("a", "spoken");
    const { delayed, evidence } = await replayEvidence(
      { journal: journalOf(world) },
      { id: rolloutId, plan: { ...PLAN } as never },
    );
    expect(evidence.reading().metrics[0]?.n).toEqual({ stable: 0, candidate: 0 });
    const next = world.replica("b");
    next.ledger.inherit(delayed);
    expect(world.say("b", "later")).toBe("counted");
    world.clock.advance(10 * MINUTE);
    next.ledger.expire();
    expect(world.late("b")).toEqual([
      ["thumbs", "spoken", 1, ""],
      ["thumbs", "silent", null, ""],
      ["thumbs", "later", 1, ""],
    ]);
  });

  test("the journal gives the same evidence to the last bit", async () => {
    const world = new World();
    for (let index = 0; index < 60; index += 1) {
      world.assign("a", `s${index}`, index % 3 === 0 ? "candidate" : "stable");
      if (index % 4 === 0) world.say("a", `s${index}`);
      world.say("a", `s${index}`, { value: (index % 7) / 7, name: "judge" });
      world.clock.advance(MINUTE);
      world.replica("a").ledger.expire();
    }
    const { evidence } = world.replica("a");
    const { evidence: again } = await replayEvidence(
      { journal: journalOf(world) },
      { id: rolloutId, plan: { ...PLAN } as never },
    );
    const tests = (of: Evidence) => of.reading().metrics.map(({ n, harm, noWorse }) => [n, harm.logE, noWorse.logE]);
    expect(tests(again)).toEqual(tests(evidence));
    expect(evidence.reading().metrics[0]?.n.stable).toBeGreaterThan(20);
  });
});

describe("the sessions to judge", () => {
  test("are the same share in both arms, the same everywhere, and others in another rollout", () => {
    const sessions = Array.from({ length: 4_000 }, (_, index) => `key/s-${index}`);
    const chosen = sessions.filter((session) => isJudged("rol_1", session, 0.2));
    expect(chosen.length / sessions.length).toBeCloseTo(0.2, 1);
    expect(sessions.filter((session) => isJudged("rol_1", session, 0.2))).toEqual(chosen);
    expect(sessions.filter((session) => isJudged("rol_2", session, 0.2))).not.toEqual(chosen);
    expect(sessions.every((session) => isJudged("rol_1", session, 1))).toBe(true);
  });

  test("alone are evidence of the judge", () => {
    const metrics = delayedMetrics("rol_1", [
      metric({ metric: "judge", judge: { score: "s", digest: "d", sample: 0.5 } }),
    ]);
    expect(metrics).toHaveLength(1);
    const [judge] = metrics;
    const sessions = Array.from({ length: 100 }, (_, index) => `s${index}`);
    expect(sessions.filter((session) => judge?.isMember(session) === true)).toEqual(
      sessions.filter((session) => isJudged("rol_1", session, 0.5)),
    );
  });
});
