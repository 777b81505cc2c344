import type { z } from "zod";
import type { backtestMetricView, backtestResultView, backtestView } from "../../contract/backtests.ts";
import type { Backtest } from "../../domain/backtest/backtest.ts";
import type { BacktestProgress } from "../../domain/backtest/backtest-session.ts";
import type { BacktestMetric, BacktestResult, BacktestTest } from "../../domain/backtest/result.ts";
import { instantOf } from "./instant-of.ts";

/** What is shown of a backtest beside itself. */
export interface ShownWith {
  readonly progress: BacktestProgress;
  readonly result: BacktestResult | null;
}

/** A backtest as the wire has it. */
export function backtestViewOf(backtest: Backtest, { progress, result }: ShownWith): z.input<typeof backtestView> {
  const { channel, terms, policy, population, estimate, ended } = backtest;
  return {
    id: backtest.id,
    endpoint: channel.endpoint,
    environment: channel.environment,
    candidate: { ...backtest.candidate },
    baseline: { ...backtest.baseline },
    created_at: instantOf(backtest.createdAt),
    by: backtest.by.kind === "machine" ? "machine" : backtest.by.name,
    since: instantOf(terms.from),
    until: instantOf(terms.until),
    sample: terms.sample,
    seed: terms.seed,
    concurrency: terms.concurrency,
    attempt: policy.attempt,
    population: {
      calls: population.calls,
      cut: population.isCut,
      sessions: population.sessions,
      left_out: { ...population.leftOut },
    },
    estimate: {
      sessions: estimate.sessions,
      calls: estimate.calls,
      input_tokens: estimate.inputTokens,
      output_tokens: estimate.outputTokens,
      expected_pico: estimate.expectedPico.toString(),
      most_pico: estimate.worstPico.toString(),
      basis: [...estimate.basis],
    },
    budget_pico: terms.budgetPico.toString(),
    state: backtest.state,
    started_at: backtest.startedAt === null ? null : instantOf(backtest.startedAt),
    stop_asked_by: backtest.stopAskedBy,
    progress: { done: progress.done, spent_pico: progress.spentPico.toString() },
    ended: ended === null ? null : { at: instantOf(ended.at), how: ended.how, why: ended.why },
    result: result === null ? null : resultViewOf(result),
  };
}

const resultViewOf = (result: BacktestResult): z.input<typeof backtestResultView> => ({
  verdict: result.verdict,
  why: result.why,
  metrics: result.metrics.map(metricViewOf),
  judged: result.judged === undefined ? null : { ...result.judged },
  union: { log_e: result.union.logE, threshold: result.union.threshold },
  answers: {
    turns: result.answers.turns,
    exact: result.answers.exact,
    similarity: result.answers.similarity,
    structure: {
      turns: result.answers.structure.turns,
      changed: result.answers.structure.changed,
      not_json: result.answers.structure.notJson,
      fields: result.answers.structure.fields.map((one) => ({ ...one })),
    },
    tools: { ...result.answers.tools },
  },
  sessions: { ...result.sessions },
  turns: { ...result.turns },
  left_out: { ...result.leftOut },
  spent_pico: result.spentPico.toString(),
  worst: result.worst.map((one) => ({
    session: one.session,
    baseline_call: one.baselineCall,
    candidate_call: one.candidateCall,
    because: one.because,
    part: one.part,
  })),
  caveats: [...result.caveats],
});

const metricViewOf = (metric: BacktestMetric): z.input<typeof backtestMetricView> => ({
  metric: metric.metric,
  unit: metric.unit,
  n: metric.n,
  baseline: metric.baseline,
  candidate: metric.candidate,
  effect: { ...metric.effect },
  harm: testViewOf(metric.harm),
  no_worse: testViewOf(metric.noWorse),
  verdict: metric.verdict,
  counts: metric.counts,
  why: metric.why,
  differing: metric.differing,
});

const testViewOf = ({ logE, threshold, crossed, margin }: BacktestTest) => ({
  log_e: logE,
  threshold,
  crossed,
  margin,
});
