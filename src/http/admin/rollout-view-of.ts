import type { z } from "zod";
import type { metricView, rolloutView } from "../../contract/rollouts.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { DRILL_CHANNEL } from "../../delivery/drill/measure-withdrawal.ts";
import { etaOf } from "../../delivery/eta-of.ts";
import type { MetricReading, Reading, TestReading } from "../../domain/evidence/evidence.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { RolloutEstimate } from "../../domain/rollout/estimate-strategy.ts";
import { nameProof, provenBy } from "../../domain/rollout/describe-harm.ts";
import { explainRollout } from "../../domain/rollout/explain.ts";
import { isOfBake, ladderThreshold } from "../../domain/rollout/stage-levels.ts";
import { isEvidenceLost } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { gatesViewOf } from "./gates-view-of.ts";
import { instantOf } from "./instant-of.ts";
import { stagesViewOf } from "./stages-view-of.ts";

/** A rollout on the wire, with the evidence as it stands now or as it stood at the end. */
export async function rolloutViewOf(delivery: Delivery, rollout: Rollout): Promise<z.input<typeof rolloutView>> {
  const reading = delivery.observatory.ledger(rollout.id)?.reading() ?? rollout.reading;
  const [stable, candidate] = await Promise.all([
    nameOf(delivery, rollout.stable),
    nameOf(delivery, rollout.candidate),
  ]);
  return {
    id: rollout.id,
    endpoint: rollout.channel.endpoint,
    environment: rollout.channel.environment,
    drill: rollout.channel.environment === DRILL_CHANNEL.environment,
    strategy: rollout.plan.strategy,
    state: rollout.phase,
    activity: rollout.activity,
    waits: [...rollout.waits],
    holds: [...rollout.holds],
    stable,
    candidate,
    weight: rollout.weight,
    step: rollout.step,
    steps: rollout.plan.steps.map(({ weight }) => weight),
    ...evidenceOf(rollout, reading),
    ...etaViewOf(etaOf(delivery, rollout)),
    ...stagesViewOf(delivery, rollout),
    ...gatesViewOf(rollout),
    outcome: rollout.outcome,
    told: (rollout.told ?? []).map((told) => ({ ...told, at: instantOf(told.at) })),
    explanation: explainRollout(rollout, candidate),
    created_at: instantOf(rollout.createdAt),
    started_at: rollout.startedAt === null ? null : instantOf(rollout.startedAt),
    ended_at: rollout.endedAt === null ? null : instantOf(rollout.endedAt),
    seq: rollout.seq,
  };
}

/** The name of a release, or its id when it is gone: a rollout can be looked at all the same. */
async function nameOf({ releases }: Pick<Delivery, "releases">, id: string): Promise<string> {
  const release = await releases.byId(id);
  return release === null ? `${id} (gone)` : releaseName(release);
}

function etaViewOf(estimate: RolloutEstimate | null): Pick<z.input<typeof rolloutView>, "eta" | "eta_note"> {
  if (estimate === null) return { eta: null, eta_note: null };
  if ("unknown" in estimate) return { eta: null, eta_note: estimate.unknown };
  const { sessions, ms, steps, until } = estimate;
  return {
    eta: {
      until,
      sessions,
      seconds: ms / 1_000,
      steps: steps.map((step) => ({
        weight: step.weight,
        sessions: step.sessions,
        seconds: step.ms / 1_000,
        waits_for: step.waitsFor,
      })),
    },
    eta_note: null,
  };
}

type EvidenceView = Pick<
  z.input<typeof rolloutView>,
  "sessions" | "left_out" | "metrics" | "evidence_of" | "union" | "sample_ratio"
>;

function evidenceOf(rollout: Rollout, reading: Reading | null): EvidenceView {
  if (reading === null) return withoutReading(rollout);
  const { union, sampleRatio } = reading;
  return {
    sessions: reading.sessions,
    ...(reading.leftOut !== undefined && { left_out: reading.leftOut }),
    metrics: reading.metrics.map((metric) => metricOf(metric, rollout)),
    evidence_of: isOfBake(rollout, reading) ? "bake" : "ladder",
    union: { log_r: union.logR, threshold: union.threshold, crossed: union.crossed, ...proofOf(reading) },
    sample_ratio: { log_e: sampleRatio.logE, threshold: sampleRatio.threshold, crossed: sampleRatio.crossed },
  };
}

/** Before its first step nobody can have been given the candidate; after it, what was seen was not kept, which is not 0. */
function withoutReading(rollout: Rollout): EvidenceView {
  const isKnown = !isEvidenceLost(rollout);
  const none = isKnown ? 0 : null;
  return {
    sessions: isKnown ? { stable: 0, candidate: 0 } : null,
    metrics: [],
    evidence_of: "ladder",
    union: { log_r: none, threshold: ladderThreshold(rollout.plan), crossed: false, ...NO_PROOF },
    sample_ratio: { log_e: none, threshold: 0, crossed: false },
  };
}

type ProofView = Pick<z.input<typeof rolloutView>["union"], "blame" | "proven_by" | "proof">;

const NO_PROOF: ProofView = { blame: null, proven_by: [], proof: null };

function proofOf(reading: Reading): ProofView {
  const { blame } = reading.union;
  return blame === null
    ? NO_PROOF
    : { blame, proven_by: [...provenBy(blame, reading)], proof: nameProof(blame, reading) };
}

const metricOf = (metric: MetricReading, { certified }: Pick<Rollout, "certified">): z.input<typeof metricView> => ({
  metric: metric.metric,
  n: metric.n,
  value: metric.value,
  unit: metric.unit,
  effect: metric.effect,
  harm: testOf(metric.harm),
  no_worse: testOf(metric.noWorse),
  verdict: metric.verdict,
  certified: certified.includes(metric.metric),
  required: metric.required,
  better: metric.better ?? "lower",
  causes: metric.causes === undefined ? null : Object.fromEntries(Object.entries(metric.causes)),
  real: metric.real ?? null,
});

const testOf = ({
  logE,
  threshold,
  crossed,
  margin,
  isDifference,
  orDifference,
}: TestReading): z.input<typeof metricView>["harm"] => ({
  log_e: logE,
  threshold,
  crossed,
  margin,
  margin_is: isDifference === true ? "difference" : "ratio",
  ...(orDifference !== undefined && { or_difference: orDifference }),
});
