import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawArm } from "../../src/domain/traffic/draw.ts";
import { verifyLog } from "../../src/domain/rollout/log.ts";
import { isTerminal } from "../../src/domain/rollout/rollout.ts";
import { searchUntil } from "../fixtures/search-until.ts";
import { commandArbitraries, realOf } from "./rollout/commands.ts";
import type { Real } from "./rollout/commands.ts";
import { checkInvariants } from "./rollout/invariants.ts";
import { planArbitrary } from "./rollout/plans.ts";
import { World } from "./rollout/world.ts";
import type { CrashPoint } from "./rollout/world.ts";

/** About five seconds for a batch; set the variable for a longer search. */
const RUNS = Number(process.env["ROLLWARD_MODEL_RUNS"] ?? 150);

/** A model that never gets anywhere would keep every invariant too. */
const ENDS = [
  "completed",
  "rolled_back",
  "aborted",
  "superseded",
  "canary promoted",
  "blue_green promoted",
  "instant promoted",
];

describe("the rollout machine", () => {
  it(
    "keeps every invariant through starts, outcomes, crashes, partitions, reordering and commands",
    { timeout: 600_000 },
    async () => {
      const reached = new Set<string>();
      const property = fc.property(
        planArbitrary,
        fc.commands(commandArbitraries, { maxCommands: 60, size: "max" }),
        (plan, commands) => {
          const real = realOf(new World());
          real.world.release(plan, []);
          fc.modelRun(() => ({ model: { isUp: true, isFrozen: false }, real }), commands);
          settle(real);
          for (const { id, phase, plan: its, outcome } of real.world.store.all()) {
            expect(verifyLog(real.world.store.events(id))).toEqual({ ok: true });
            reached.add(phase).add(`${its.strategy} ${String(outcome)}`);
          }
        },
      );
      const missing = (): readonly string[] => ENDS.filter((end) => !reached.has(end));
      await searchUntil(
        () => missing().length === 0,
        () => fc.assert(property, { numRuns: RUNS }),
      );
      expect(missing(), "never reached").toEqual([]);
    },
  );

  it("resumes a promotion that was cut between any two writes, and ends it exactly once", () => {
    const point = fc.constantFrom<CrashPoint>("before append", "after append", "between pushes");
    fc.assert(
      fc.property(fc.array(fc.option(point), { minLength: 6, maxLength: 12 }), (crashes) => {
        const real = promoting();
        const { world } = real;
        for (const crash of crashes) {
          world.crashAt = crash;
          world.pass(500);
          world.deliver();
          world.tick();
          checkInvariants(world, real.memory);
          if (!world.isUp) world.restart();
        }
        world.crashAt = null;
        settle(real);
        const facts = world.store.events("rol_2").map(({ fact }) => fact.type);
        expect(world.store.byId("rol_2")).toMatchObject({ phase: "completed", outcome: "promoted" });
        expect(world.store.channel).toMatchObject({ stable: "rel_2", rolloutId: null });
        for (const once of ["PromotionDecided", "StablePointerMoved", "Completed"]) {
          expect(facts.filter((type) => type === once)).toHaveLength(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("keeps every invariant when anything cuts into a promotion, and ends as it must", () => {
    const cut = fc.constantFrom<Cut>(...(Object.keys(CUTS) as Cut[]));
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 10 }), (cuts) => {
        const real = promoting();
        const { world } = real;
        for (const name of cuts) {
          CUTS[name](world);
          world.pass(400);
          world.deliver();
          world.tick();
          checkInvariants(world, real.memory);
          if (!world.isUp) world.restart();
        }
        settle(real);
        const { phase, holds, weight } = world.store.byId("rol_2") ?? {};
        const isHeld = phase !== undefined && !isTerminal(phase);
        expect(isHeld ? holds : ["manual"], "only a person's hold keeps it open").toEqual(["manual"]);
        const isStable = world.store.channel.stable === "rel_2";
        expect(isStable, "the pointer follows the weight").toBe(weight === 1);
      }),
      { numRuns: 150 },
    );
  });
});

describe("assignment", () => {
  it("nests its intervals: a session of the candidate stays so at every higher weight (11)", () => {
    const weight = fc.integer({ min: 0, max: 1_000 }).map((share) => share / 1_000);
    fc.assert(
      fc.property(fc.string(), weight, weight, (session, one, other) => {
        const at = (share: number): string => drawArm({ seed: "5".repeat(64), weight: share }, "support-bot", session);
        const isCandidateBelow = at(Math.min(one, other)) === "candidate";
        expect(!isCandidateBelow || at(Math.max(one, other)) === "candidate").toBe(true);
      }),
    );
  });
});

const say = (world: World, type: "hold" | "resume" | "abort" | "rollback"): void => {
  world.command("rol_2", { type }, null);
};

/** What may cut into a promotion between two of its steps. */
const CUTS = {
  nothing: () => {},
  crashBeforeAppend: (world: World) => {
    world.crashAt = "before append";
  },
  crashAfterAppend: (world: World) => {
    world.crashAt = "after append";
  },
  crashBetweenPushes: (world: World) => {
    world.crashAt = "between pushes";
  },
  hold: (world: World) => say(world, "hold"),
  resume: (world: World) => say(world, "resume"),
  abort: (world: World) => say(world, "abort"),
  rollback: (world: World) => say(world, "rollback"),
  freeze: (world: World) => {
    world.frozen = true;
  },
  thaw: (world: World) => {
    world.frozen = false;
  },
  sickControl: (world: World) => {
    world.controlHealthy = false;
  },
  lostCandidate: (world: World) => {
    world.candidateResolvable = false;
  },
  health: (world: World) => {
    world.controlHealthy = true;
    world.candidateResolvable = true;
  },
  cutOff: (world: World) => world.replicas[1].cutOff(),
  rejoin: (world: World) => world.heal(1),
  harm: (world: World) => {
    for (const served of world.served.filter(({ arm }) => arm === "candidate")) {
      world.end(served, { failed: true, slow: true });
    }
  },
} as const satisfies Record<string, (world: World) => void>;

type Cut = keyof typeof CUTS;

/** Everything heals, nothing new comes, and the machine comes to rest. */
function settle({ world, memory }: Real): void {
  world.frozen = false;
  world.controlHealthy = true;
  world.candidateResolvable = true;
  world.crashAt = null;
  if (!world.isUp) world.restart();
  world.heal(0);
  world.heal(1);
  for (let look = 0; look < 12; look += 1) {
    world.pass(1_000);
    world.deliver();
    world.tick();
  }
  world.deliver();
  checkInvariants(world, memory);
}

/** A rollout whose proof is complete on its last rung below 1. */
function promoting(): Real {
  const real = realOf(new World());
  const { world } = real;
  const step = { minDurationMs: 0, minSessions: 0, approval: false };
  const metric = {
    metric: "errors",
    harmRatio: 1.25,
    noWorseRatio: 2,
    share: 1,
    required: true,
    capPico: null,
  } as const;
  world.release(
    {
      strategy: "canary",
      steps: [
        { ...step, weight: 0.4 },
        { ...step, weight: 1 },
      ],
      metrics: [metric],
      alpha: 0.05,
      beta: 0.05,
      mode: "enforce",
      window: { turns: 1, withinMs: 60_000 },
      onInconclusive: "hold",
      deadlineMs: 60_000,
      onNewRelease: "auto",
      drainMs: 1_000,
      noDataMs: 30_000,
    },
    [],
  );
  world.tick();
  world.deliver();
  for (let count = 0; count < 6; count += 1) {
    for (const arm of ["stable", "candidate"] as const) {
      const served = world.begin(0, arm);
      if (served !== null) world.end(served, { failed: false, slow: false });
    }
  }
  return real;
}
