import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { showSeries } from "../../contract/series.ts";
import type { seriesSum } from "../../contract/series.ts";
import { RollwardError } from "../../domain/errors.ts";
import { countOf, quantileOf, QUANTILE_ERROR } from "../../domain/series/histogram.ts";
import type { Histogram, Quantile } from "../../domain/series/histogram.ts";
import { SPAN_KEPT_MS, SPAN_MS } from "../../domain/series/series-cell.ts";
import type { SeriesMembers, SeriesSpan, ValueSum } from "../../domain/series/series-cell.ts";
import type { SeriesSum } from "../../ports/series-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

type Query = z.output<typeof showSeries.query>;
type Durations = z.input<typeof seriesSum>["latency"];

const MICRO = 1e6;

/** What calls came to over time. */
export function series(app: FastifyInstance, { gateway, series: store }: AdminTerms): void {
  const { clock } = gateway;
  serveRoute(app, { gateway, route: showSeries }, async ({ query, environment }) => {
    const asked = askedOf(query, clock.now());
    const where = { environment, ...membersOf(query) };
    const { sums, isCut } = await store.query({ ...asked, where, histograms: ["latency", "firstToken"] });
    return {
      since: instantOf(asked.from),
      until: instantOf(asked.to),
      span: asked.span,
      quantile_error: QUANTILE_ERROR,
      data: sums.map(viewOf),
      is_cut: isCut,
    };
  });
}

/** Times as whole spans: minutes as long as they are kept and steps are not whole hours anyway. */
function askedOf({ since, until, step_seconds: step, by, limit }: Query, now: number) {
  const to = until === undefined ? now + 1 : Date.parse(until);
  const from = since === undefined ? to - SPAN_MS.hour : Date.parse(since);
  if (from >= to) throw fault("`since` is not before `until`.", "since");
  const stepMs = step === undefined ? undefined : step * 1_000;
  const span = spanOf(from, { now, stepMs, length: to - from });
  if (stepMs !== undefined && stepMs % SPAN_MS[span] !== 0) {
    throw fault("Minutes are kept for two days; before that a step is a whole number of hours.", "step_seconds");
  }
  const grain = stepMs ?? SPAN_MS[span];
  const whole = {
    span,
    from: Math.floor(from / grain) * grain,
    to: Math.ceil(to / SPAN_MS[span]) * SPAN_MS[span],
    by,
    limit,
  };
  return stepMs === undefined ? whole : { ...whole, stepMs };
}

function spanOf(
  from: number,
  { now, stepMs, length }: { readonly now: number; readonly stepMs: number | undefined; readonly length: number },
): SeriesSpan {
  if (from < now - SPAN_KEPT_MS.minute) return "hour";
  if (stepMs === undefined) return length > 6 * SPAN_MS.hour ? "hour" : "minute";
  return stepMs % SPAN_MS.hour === 0 ? "hour" : "minute";
}

const fault = (reason: string, param: string): RollwardError => new RollwardError("invalid_request", { reason, param });

const membersOf = ({ endpoint, release, arm, tier, model }: Query): Partial<SeriesMembers> => ({
  ...(endpoint !== undefined && { endpoint }),
  ...(release !== undefined && { release }),
  ...(arm !== undefined && { arm }),
  ...(tier !== undefined && { tier }),
  ...(model !== undefined && { model }),
});

const viewOf = ({ start, members, tally }: SeriesSum): z.input<typeof seriesSum> => ({
  at: start === undefined ? null : instantOf(start),
  ...members,
  calls: tally.calls,
  failed: tally.failed,
  faults: tally.faults,
  abandoned: tally.abandoned,
  streams: tally.streams,
  errors: { ...tally.errors },
  shared_refusals: { ...tally.sharedRefusals },
  latency: durationsOf(tally.latency),
  first_token: durationsOf(tally.firstToken),
  attempts: tally.attempts,
  attempt_errors: { ...tally.attemptErrors },
  tokens: {
    input: tally.tokens.input,
    cached_input: tally.tokens.cachedInput,
    cache_write: tally.tokens.cacheWrite,
    output: tally.tokens.output,
    reasoning: tally.tokens.reasoning,
  },
  cost_pico: tally.costPico.toString(),
  thumbs_up: tally.thumbsUp,
  thumbs_down: tally.thumbsDown,
  problems: tally.problems,
  corrections: tally.corrections,
  scores: scoresOf(tally.scores),
  judged: scoresOf(tally.judged),
});

function durationsOf(histogram: Histogram): Durations {
  const [p50, p90, p95, p99] = [0.5, 0.9, 0.95, 0.99]
    .map((q) => quantileOf(histogram, q))
    .filter((one) => one !== null);
  if (p50 === undefined || p90 === undefined || p95 === undefined || p99 === undefined) return null;
  const count = countOf(histogram);
  const mean = histogram.sumMicros / count / 1_000;
  return { count, mean_ms: mean, p50: said(p50), p90: said(p90), p95: said(p95), p99: said(p99) };
}

const said = ({ ms, lowMs, highMs }: Quantile) => ({
  ms,
  low_ms: lowMs,
  high_ms: Number.isFinite(highMs) ? highMs : null,
});

const scoresOf = ({ count, sumMicro }: ValueSum) => ({ count, mean: count === 0 ? null : sumMicro / MICRO / count });
