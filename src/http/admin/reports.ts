import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { showReport } from "../../contract/reports.ts";
import type { reportView } from "../../contract/reports.ts";
import { RollwardError } from "../../domain/errors.ts";
import { causeWords } from "../../domain/now/failures-of.ts";
import { periodAt, periodBefore, periodOf } from "../../domain/reports/period.ts";
import type { Period } from "../../domain/reports/period.ts";
import type { CallFigures, Compared, Report } from "../../domain/reports/report.ts";
import { reportHeading } from "../../domain/reports/report-lines.ts";
import { reportHtml, reportMarkdown } from "../../domain/reports/write-report.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

const PICO_PER_USD = 1e12;

/** Reports of weeks and months. */
export function reports(app: FastifyInstance, { gateway, seeing }: AdminTerms): void {
  serveRoute(app, { gateway, route: showReport }, async ({ query: { week, month, format }, environment }) => {
    const asked = wanted({ week, month });
    const report = await (asked === null
      ? usualReport(seeing, environment, gateway.clock.now())
      : seeing.report(environment, asked));
    const document = format === "json" ? null : format === "md" ? reportMarkdown(report) : reportHtml(report);
    return { report: reportViewOf(report), document };
  });
}

/** The last whole week; this one so far, where nobody called before it: a server's first day is no week without data. */
async function usualReport(seeing: AdminTerms["seeing"], environment: string, now: number): Promise<Report> {
  const thisWeek = periodAt("week", now);
  const last = await seeing.report(environment, periodBefore(thisWeek));
  if ((last.whole.calls.now ?? 0) + (last.whole.calls.before ?? 0) > 0) return last;
  const present = await seeing.report(environment, thisWeek);
  return (present.whole.calls.now ?? 0) > 0 ? present : last;
}

/** The week or month that is asked for; `null` where none is. */
function wanted({
  week,
  month,
}: {
  readonly week?: string | undefined;
  readonly month?: string | undefined;
}): Period | null {
  if (week !== undefined && month !== undefined) {
    throw new RollwardError("invalid_request", {
      reason: "Ask for a `week` or for a `month`, not for both.",
      param: "month",
    });
  }
  const name = week ?? month;
  if (name === undefined) return null;
  const period = periodOf(name);
  if (period === null) {
    throw new RollwardError("invalid_request", {
      reason: `There is no ${name}.`,
      param: week === undefined ? "month" : "week",
    });
  }
  return period;
}

function reportViewOf(report: Report): z.input<typeof reportView> {
  return {
    environment: report.environment,
    period: periodViewOf(report.period),
    before: periodViewOf(report.before),
    partial: report.isPartial,
    ...reportHeading(report),
    whole: figuresViewOf(report.whole),
    endpoints: report.endpoints.map(({ endpoint, figures }) => ({ endpoint, figures: figuresViewOf(figures) })),
    models: report.models.map(({ model, costPico, calls }) => ({ model, cost_usd: usd(costPico), calls })),
    errors: report.errors.map(({ code, calls }) => ({ code, words: causeWords(code), calls })),
    rollouts: report.rollouts.map(({ endedAt, ...rollout }) => ({ ...rollout, ended_at: instantOf(endedAt) })),
    incidents: report.incidents.map(({ id, title, impact, startedAt, lastedMs }) => ({
      id,
      title,
      impact,
      started_at: instantOf(startedAt),
      lasted_seconds: lastedMs === null ? null : lastedMs / 1_000,
    })),
    alerts: report.alerts,
    budgets: report.budgets.map(({ budget, subject, limitPico, spentPico, endsAt }) => ({
      budget,
      subject,
      limit_usd: Number(limitPico) / PICO_PER_USD,
      spent_usd: Number(spentPico) / PICO_PER_USD,
      ends_at: endsAt === null ? null : instantOf(endsAt),
    })),
  };
}

const periodViewOf = ({ kind, name, from, to }: Period) => ({ kind, name, from: instantOf(from), to: instantOf(to) });

const figuresViewOf = (figures: CallFigures) => ({
  calls: figures.calls,
  availability: figures.availability,
  first_token_p95_ms: figures.firstTokenP95,
  latency_p95_ms: figures.latencyP95,
  fallback_share: figures.fallbackShare,
  cache_share: figures.cacheShare,
  cost_usd: usd(figures.costPico),
  quality: figures.quality,
  thumbs_up_share: figures.thumbsUpShare,
  problems: figures.problems,
});

const usd = ({ now, before }: Compared): Compared => ({
  now: now === null ? null : now / PICO_PER_USD,
  before: before === null ? null : before / PICO_PER_USD,
});
