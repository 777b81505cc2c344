import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type {
  BusinessMetricName,
  BusinessPlan,
  CommonMetricName,
  MetricName,
  MetricPlan,
  PairJudgePlan,
} from "../../domain/rollout/plan.ts";
import {
  BAD_EVENT_MARGINS,
  DELAYED_WITHIN_MS,
  GOOD_EVENT_MARGINS,
  MEAN_MARGINS,
  METRIC_KEYS,
  metricFallback,
} from "../schema/metrics-schema.ts";
import type { MetricsInput } from "../schema/metrics-schema.ts";
import { JUDGED_AT_ONCE, JUDGE_TIMEOUT_MS } from "../schema/judge-pairs-schema.ts";
import type { JudgePairsInput } from "../schema/judge-pairs-schema.ts";

type Business = NonNullable<MetricsInput["business"]>[string];
type Section = Exclude<MetricsInput[keyof typeof METRIC_KEYS], boolean | undefined>;

interface Unshared {
  readonly plan: Omit<MetricPlan, "share">;
  /** A guard of the default plan that the file does not name. */
  readonly isUnnamedGuard: boolean;
  /** As written; `null` when it takes part in dividing the rest, in proportion to `usual`. */
  readonly share: number | null;
  readonly usual: number;
}

/** A metric that the default plan does not have weighs as the least that it requires. */
const USUAL_SHARE = Math.min(...DEFAULT_PLAN.metrics.filter((one) => one.required).map(({ share }) => share));

/** Below this, what written shares leave over is the rounding of their sum. */
const NOTHING_LEFT = 1e-9;

/** What sees a part of another metric is off where that one is, unless it is named itself. */
const PART_OF: Partial<Record<CommonMetricName, keyof typeof METRIC_KEYS>> = {
  "latency-tail": "latency",
  "cost-tail": "cost",
};

/** The metrics of a plan; without a section the default plan's. Guards that the file does not name go where its shares leave nothing. */
export function buildMetrics(input: MetricsInput | undefined): readonly MetricPlan[] {
  const common = Object.entries(METRIC_KEYS).map(([key, metric]) => {
    const whole = PART_OF[metric];
    const isOff = whole !== undefined && input?.[whole] === false;
    return commonMetric(metric, input?.[key as keyof typeof METRIC_KEYS] ?? (isOff ? false : undefined));
  });
  const own = Object.entries(input?.business ?? {}).map(([name, section]) =>
    businessMetric(`business:${name}`, section),
  );
  const wanted = [...common, ...own].filter((one) => one !== null);
  const given = wanted.reduce((sum, one) => sum + (one.share ?? 0), 0);
  const metrics = wanted.filter(({ isUnnamedGuard }) => !isUnnamedGuard || given < 1 - NOTHING_LEFT);
  const usual = metrics.reduce((sum, one) => sum + (one.share === null ? one.usual : 0), 0);
  // Rounded so that three quarters read 0.75; the sum may be off by far less than a plan may be.
  const rest = (one: Unshared): number => Number(((Math.max(0, 1 - given) * one.usual) / usual).toFixed(12));
  return metrics.map((one) => ({ ...one.plan, share: one.share ?? rest(one) }));
}

/** What a policy writes of whether a metric is required; `undefined` where it says nothing. */
export function writtenRequired(input: MetricsInput | undefined, metric: MetricName): boolean | undefined {
  const key = Object.entries(METRIC_KEYS).find(([, name]) => name === metric)?.[0];
  const section =
    key === undefined
      ? input?.business?.[metric.slice(metric.indexOf(":") + 1)]
      : input?.[key as keyof typeof METRIC_KEYS];
  return typeof section === "object" ? section.required : undefined;
}

function commonMetric(metric: CommonMetricName, input: boolean | Section | undefined): Unshared | null {
  const known = DEFAULT_PLAN.metrics.find((one) => one.metric === metric);
  if (input === false || (input === undefined && known === undefined)) return null;
  const written = typeof input === "object" ? input : {};
  if (isJudge(written)) return judgeMetric(written);
  const fallback = known ?? metricFallback(metric);
  const own = extrasOf(metric, written, fallback);
  return {
    plan: {
      metric,
      harmRatio: written.harm ?? fallback.harmRatio,
      ...noWorseOf(written, fallback),
      required: written.required ?? fallback.required,
      ...own,
    },
    isUnnamedGuard: input === undefined && !fallback.required,
    share: written.share ?? null,
    usual: known?.share ?? USUAL_SHARE,
  };
}

type Ratios = Partial<Exclude<Section, { readonly digest: string }>>;

const isJudge = (written: Partial<Section>): written is Extract<Section, { readonly digest: string }> =>
  "digest" in written;

type NoWorse = Pick<MetricPlan, "noWorseRatio" | "noWorsePoints" | "noWorseOrPoints">;

/** Where "no worse" ends: with a ratio and points written either is enough, with one of them that one, with none the usual. */
function noWorseOf(
  written: { readonly no_worse?: number | undefined; readonly no_worse_points?: number | undefined },
  { noWorseRatio: usual, noWorseOrPoints: usualPoints }: NoWorse,
): NoWorse {
  const { no_worse: ratio, no_worse_points: points } = written;
  if (ratio === undefined && points !== undefined) return { noWorseRatio: usual, noWorsePoints: points };
  const beside = ratio === undefined ? usualPoints : points;
  return { noWorseRatio: ratio ?? usual, ...(beside !== undefined && { noWorseOrPoints: beside }) };
}

/** What only some metrics have. */
function extrasOf(
  metric: CommonMetricName,
  written: Ratios,
  usual: Pick<MetricPlan, "beyond">,
): Pick<MetricPlan, "beyond" | "capPico" | "causes" | "withinMs"> {
  const beyond = ("beyond" in written ? written.beyond : undefined) ?? usual.beyond;
  const causes = "causes" in written ? written.causes : undefined;
  const isReported = metric === "thumbs" || metric === "problems";
  const within = "within" in written ? written.within : undefined;
  return {
    capPico: ("cap_usd" in written ? written.cap_usd : undefined) ?? null,
    ...(beyond !== undefined && { beyond }),
    ...(causes !== undefined && { causes }),
    ...(isReported && { withinMs: within ?? DELAYED_WITHIN_MS }),
  };
}

function judgeMetric(written: Extract<Section, { readonly digest: string }>): Unshared {
  const { score, digest, sample, timeout, required, share, pairs } = written;
  return {
    plan: {
      metric: "judge",
      ...dropsOf(written),
      required: required ?? false,
      capPico: null,
      withinMs: timeout ?? DELAYED_WITHIN_MS,
      judge: { score, digest, sample: sample ?? 1, ...(pairs !== undefined && { pairs: pairsOf(pairs, required) }) },
    },
    isUnnamedGuard: false,
    share: share ?? null,
    usual: USUAL_SHARE,
  };
}

function pairsOf(written: JudgePairsInput, required = false): PairJudgePlan {
  const { timeout, at_once: atOnce, question_usd: questionPico, budget_usd: budgetPico } = written;
  return {
    place:
      written.kind === "command"
        ? { kind: "command", program: written.program, args: written.args ?? [] }
        : {
            kind: "http",
            url: written.url,
            secretEnv: written.secret_env,
            allowPrivate: written.allow_private ?? false,
          },
    timeoutMs: timeout ?? JUDGE_TIMEOUT_MS,
    atOnce: atOnce ?? JUDGED_AT_ONCE,
    questionPico: questionPico ?? 0,
    budgetPico: budgetPico ?? null,
    required: written.required ?? required,
  };
}

const dropsOf = ({
  harm,
  no_worse: noWorse,
}: {
  readonly harm?: number | undefined;
  readonly no_worse?: number | undefined;
}) => ({
  harmRatio: 1,
  noWorseRatio: 1,
  harmDrop: harm ?? MEAN_MARGINS.harmDrop,
  noWorseDrop: noWorse ?? MEAN_MARGINS.noWorseDrop,
});

function businessMetric(metric: BusinessMetricName, written: Business): Unshared {
  const { required, share, within } = written;
  return {
    plan: {
      metric,
      ...("event" in written ? eventOf(written) : { ...dropsOf(written), business: valueOf(written) }),
      required: required ?? false,
      capPico: null,
      withinMs: within ?? DELAYED_WITHIN_MS,
    },
    isUnnamedGuard: false,
    share: share ?? null,
    usual: USUAL_SHARE,
  };
}

function eventOf(written: Extract<Business, { readonly event: string }>) {
  const isGood = written.event === "good";
  const usual = isGood ? GOOD_EVENT_MARGINS : BAD_EVENT_MARGINS;
  return {
    harmRatio: written.harm ?? usual.harmRatio,
    ...noWorseOf(written, usual),
    business: { type: "event", isGood } as const,
  };
}

function valueOf({
  range: [low, high],
  better = "higher",
  missing,
}: Extract<Business, { readonly range: unknown }>): BusinessPlan {
  return { type: "value", low, high, better, missing: missing ?? (better === "higher" ? low : high) };
}
