import type { z } from "zod";
import type { rolloutView, shadowView, testView } from "../../contract/rollouts.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { TestReading } from "../../domain/evidence/evidence.ts";
import type { JudgedPairs, ShadowReading } from "../../domain/evidence/shadow-reading.ts";
import { isTerminal } from "../../domain/rollout/rollout.ts";
import { stageLevels } from "../../domain/rollout/stage-levels.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { instantOf } from "./instant-of.ts";

type StagesView = Pick<
  z.input<typeof rolloutView>,
  "preview" | "holdback" | "bake_seconds_left" | "warm_until" | "shadow" | "test"
>;

/** What of a rollout stands before and behind its steps, and what its strategy adds. */
export function stagesViewOf(delivery: Delivery, rollout: Rollout): StagesView {
  const { plan, phase, pointerMoved, promotedAt, drainedMs } = rollout;
  const isShown = ["shadowing", "ramping", "promoting"].includes(phase) && !pointerMoved;
  const isBaking = phase === "draining" && (plan.bakeMs ?? 0) > 0;
  const isKept = promotedAt !== undefined && (plan.warmMs ?? 0) > 0 && rollout.outcome !== "harm";
  return {
    preview: isShown ? rollout.id : null,
    holdback: plan.holdback ?? 0,
    bake_seconds_left: isBaking ? Math.max(0, (plan.bakeMs ?? 0) - drainedMs) / 1_000 : null,
    warm_until: isKept && (pointerMoved || !isTerminal(phase)) ? instantOf(promotedAt + (plan.warmMs ?? 0)) : null,
    shadow: shadowViewOf(rollout, delivery.shadows?.reading(rollout.id) ?? rollout.shadowReading ?? null),
    test: testViewOf(delivery, rollout),
  };
}

type Crossing = Pick<TestReading, "logE" | "threshold" | "crossed">;

const crossingOf = ({ logE, threshold, crossed }: Crossing) => ({ log_e: logE, threshold, crossed });

function shadowViewOf({ plan }: Rollout, reading: ShadowReading | null): z.input<typeof shadowView> | null {
  if (plan.shadow === undefined) return null;
  const { pairs = 0, metrics = [], union, judged } = reading ?? {};
  return {
    sample: plan.shadow.sample,
    pairs,
    metrics: metrics.map(({ metric, n, harm, noWorse, required }) => ({
      metric,
      n,
      harm: crossingOf(harm),
      no_worse: crossingOf(noWorse),
      required,
    })),
    judged: judged === undefined ? null : judgedViewOf(judged),
    union: {
      log_r: union?.logR ?? 0,
      threshold: union?.threshold ?? Math.log(1 / stageLevels(plan).shadow),
      crossed: union?.crossed ?? false,
      blame: union?.blame ?? null,
    },
  };
}

/** What a judge made of pairs, for the wire. */
export const judgedViewOf = ({ candidate, stable, ties, flipped, failed, spentPico }: JudgedPairs) => ({
  candidate,
  stable,
  ties,
  flipped,
  failed,
  spent_pico: spentPico,
});

function testViewOf(delivery: Delivery, { id, plan, winner }: Rollout): z.input<typeof testView> | null {
  const { ab } = plan;
  if (ab === undefined) return null;
  const reading = delivery.observatory.ledger(id)?.abReading() ?? null;
  return {
    goal: ab.goal,
    effect: ab.effect,
    power: ab.power,
    planned_sessions: ab.sessions,
    planned_days: ab.days === 0 ? null : ab.days,
    sessions: reading?.sessions ?? 0,
    better: reading === null ? null : crossingOf(reading.better),
    worse: reading === null ? null : crossingOf(reading.worse),
    analysed_ratio: reading === null ? null : crossingOf(reading.analysed),
    winner: winner ?? null,
  };
}
