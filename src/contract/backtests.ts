import { z } from "zod";
import { endpointName, idOf, instant, limit, pico } from "./fields.ts";
import { defineRoute } from "./route.ts";

const verdict = z.enum(["harm", "non-inferior", "inconclusive"]);

const releaseNamed = z.object({ id: z.string(), name: z.string(), digest: z.string() });

const test = z.object({
  log_e: z.number(),
  threshold: z.number(),
  crossed: z.boolean(),
  margin: z.string().describe("what is tested, in words"),
});

/** One metric of a backtest. */
export const backtestMetricView = z.object({
  metric: z.enum(["errors", "refusals", "invalid-output", "cost", "output-tokens", "latency", "first-token", "judge"]),
  unit: z.enum(["share", "usd", "tokens", "ms"]),
  n: z.int().describe("pairs of sessions"),
  baseline: z.number().nullable(),
  candidate: z.number().nullable(),
  effect: z.object({
    kind: z.enum(["difference", "ratio"]).describe("candidate less baseline in shares, or candidate : baseline"),
    value: z.number().nullable(),
    low: z.number().nullable().describe("null where the sessions do not bound it"),
    high: z.number().nullable(),
  }),
  harm: test,
  no_worse: test,
  verdict,
  counts: z.boolean().describe("whether the verdict of the backtest rests on it"),
  why: z.string().nullable().describe("why it does not"),
  differing: z
    .object({
      worse: z.int().describe("pairs in which only the candidate had it"),
      better: z.int().describe("pairs in which only the baseline had it"),
      p: z.number().describe("exact McNemar test, two-sided; for a sample that is looked at once"),
    })
    .nullable(),
});

/** What a backtest found. */
export const backtestResultView = z.object({
  verdict,
  why: z.string(),
  metrics: z.array(backtestMetricView),
  union: z.object({ log_e: z.number(), threshold: z.number() }).describe("harm over all metrics that count"),
  answers: z.object({
    turns: z.int().describe("turns with an answer on both sides"),
    exact: z.int(),
    similarity: z
      .object({ mean: z.number(), low: z.number().describe("tenth percentile") })
      .nullable()
      .describe("Dice coefficient of three-character pieces, 0 to 1"),
    structure: z.object({
      turns: z.int().describe("turns whose recorded answer is JSON"),
      changed: z.int(),
      not_json: z.int(),
      fields: z.array(z.object({ change: z.string(), turns: z.int() })),
    }),
    tools: z.object({
      turns: z.int().describe("turns with tool calls on either side"),
      order: z.int(),
      arguments: z.int(),
      tools: z.int(),
    }),
  }),
  judged: z
    .object({
      candidate: z.int().describe("sessions in which the judge preferred the candidate, in both orders"),
      baseline: z.int(),
      ties: z.int(),
      flipped: z.int().describe("of the ties: its preference went with the order"),
      failed: z.int().describe("sessions that it made nothing of; no evidence"),
      trouble: z.string().nullable().describe("why, the last time"),
    })
    .nullable()
    .describe("null where no judge of pairs was asked"),
  sessions: z.object({
    planned: z.int(),
    compared: z.int(),
    drawn: z.int().describe("of those compared: drawn at random; the tests rest on them alone"),
  }),
  turns: z.object({
    replayed: z.int(),
    diverged: z.int().describe("ended early: the candidate called a tool as nobody had recorded"),
  }),
  left_out: z.record(z.string(), z.int()),
  spent_pico: pico,
  worst: z
    .array(
      z.object({
        session: z.string(),
        baseline_call: z.string(),
        candidate_call: z.string(),
        because: z.string(),
        part: z.enum(["drawn", "sought"]),
      }),
    )
    .describe("at most ten pairs, the worst first"),
  caveats: z.array(z.string()),
});

/** A backtest: what was asked, what it costs, how far it is, what it found. */
export const backtestView = z.object({
  id: z.string(),
  endpoint: z.string(),
  environment: z.string(),
  candidate: releaseNamed,
  baseline: releaseNamed,
  created_at: instant,
  by: z.string(),
  since: instant,
  until: instant,
  sample: z.int(),
  seed: z.string(),
  concurrency: z.int(),
  attempt: z.int().describe("how often these two were compared before with a result, plus 1"),
  population: z.object({
    calls: z.int().describe("recorded calls that were looked at"),
    cut: z.boolean().describe("whether there are more; the newest were looked at"),
    sessions: z.int().describe("sessions that can be replayed"),
    left_out: z.record(z.string(), z.int()).describe("sessions that cannot, by reason"),
  }),
  estimate: z.object({
    sessions: z.int(),
    calls: z.int(),
    input_tokens: z.number(),
    output_tokens: z.number(),
    expected_pico: pico,
    most_pico: pico.describe("it cannot cost more: nothing is spent beyond it"),
    basis: z.array(z.string()),
  }),
  budget_pico: pico.describe("most that is spent: what it can cost at most, or less where less was given"),
  state: z.enum(["planned", "running", "ended"]),
  started_at: instant.nullable(),
  stop_asked_by: z.string().nullable(),
  progress: z.object({ done: z.int(), spent_pico: pico }).describe("what is under way counts as spent at its most"),
  ended: z
    .object({
      at: instant,
      how: z.enum(["complete", "budget", "stopped", "provider", "lapsed"]),
      why: z.string(),
    })
    .nullable(),
  result: backtestResultView.nullable().describe("null before there is one"),
});

const releaseName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}@[1-9]\d{0,9}$/, "is no name of a release: those look like support-bot@7");

export const planBacktest = defineRoute({
  method: "POST",
  path: "/api/backtests",
  perEnvironment: true,
  summary: "Plans a backtest and says what it costs; it begins with `start`, or when somebody agrees within an hour",
  body: z.strictObject({
    candidate: releaseName,
    against: z.union([z.literal("stable"), releaseName]).default("stable"),
    since: instant.optional().describe("seven days ago where it is left out"),
    until: instant.optional().describe("now where it is left out"),
    sample: z.int().min(1).max(5_000).default(500).describe("sessions"),
    seed: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("another seed draws another sample; the candidate's digest by default"),
    budget_usd: z
      .number()
      .positive()
      .max(1_000_000)
      .optional()
      .describe("what it can cost at most where it is left out"),
    concurrency: z.int().min(1).max(16).default(4).describe("sessions replayed at the same time"),
    start: z.boolean().default(false),
  }),
  answer: backtestView,
});

export const startBacktest = defineRoute({
  method: "POST",
  path: "/api/backtests/{backtest}/start",
  perEnvironment: true,
  summary: "Agrees to what a planned backtest costs: it begins",
  params: z.strictObject({ backtest: idOf("bkt") }),
  answer: backtestView,
});

export const stopBacktest = defineRoute({
  method: "POST",
  path: "/api/backtests/{backtest}/stop",
  perEnvironment: true,
  summary: "Stops a backtest; what was compared until then can be read",
  params: z.strictObject({ backtest: idOf("bkt") }),
  answer: backtestView,
});

export const listBacktests = defineRoute({
  method: "GET",
  path: "/api/backtests",
  perEnvironment: true,
  summary: "Backtests, newest first; without their results",
  query: z.strictObject({
    endpoint: endpointName.optional(),
    state: z.enum(["planned", "running", "ended"]).optional(),
    limit,
  }),
  answer: z.object({ data: z.array(backtestView.extend({ verdict: verdict.nullable() })) }),
});

export const showBacktest = defineRoute({
  method: "GET",
  path: "/api/backtests/{backtest}",
  perEnvironment: true,
  summary: "A backtest with what it found; with `so_far` also while it runs",
  params: z.strictObject({ backtest: idOf("bkt") }),
  query: z.strictObject({ so_far: z.stringbool().default(false) }),
  answer: backtestView,
});
