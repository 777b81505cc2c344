import { z } from "zod";
import { cacheView } from "./cache.ts";
import { CALL_FACETS, callPage, callQuery } from "./call-query.ts";
import { feedbackView } from "./feedback.ts";
import { idOf, instant, pico, signedPico } from "./fields.ts";
import { defineRoute } from "./route.ts";

const usage = z.object({
  input: z.number(),
  cached_input: z.number(),
  cache_write: z.number(),
  output: z.number(),
  reasoning: z.number(),
  estimated: z.boolean(),
  service_tier: z.string().nullable().describe("As the answer names it, where it has a price of its own"),
});

/** A recorded call without its bytes. */
export const callView = z.object({
  id: z.string(),
  at: instant,
  key: z.string().nullable(),
  dialect: z.string(),
  requested_model: z.string(),
  endpoint: z.string().nullable(),
  environment: z.string(),
  session: z.object({ id: z.string(), source: z.string() }).nullable(),
  user: z.string().nullable().describe("the end user, as the client named it"),
  trace: z.string().describe("W3C trace id: the caller's, or the call's own"),
  rollout: z.string().nullable(),
  release: z.string().nullable(),
  arm: z.string().nullable(),
  placement: z
    .string()
    .nullable()
    .describe(
      "why it was served where no lot of the ladder put it: preview, holdback, draining, incompatible, degraded",
    ),
  tier: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  stream: z.boolean(),
  status: z.number().int(),
  outcome: z.enum(["ok", "failed", "abandoned"]),
  error: z.string().nullable(),
  finish_reason: z.string().nullable(),
  stages: z.array(z.object({ stage: z.string(), start_ms: z.number(), end_ms: z.number() })),
  attempts: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      reason: z.string().nullable(),
      left_out: z.array(z.string()).describe("parts of the request that this provider was not given"),
      end: z.string().nullable(),
      key: z.number().int().nullable(),
      start_ms: z.number(),
      first_byte_ms: z.number().nullable(),
      end_ms: z.number(),
      status: z.number().nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      usage: usage.nullable(),
      cost_pico: pico,
      price_above: z
        .int()
        .nullable()
        .describe("it was paid at the price of prompts with more tokens than this; null was the first price"),
    }),
  ),
  first_token_ms: z.number().nullable(),
  total_ms: z.number(),
  usage: usage.nullable(),
  units: z
    .object({ unit: z.enum(["image", "second", "character"]), count: z.number(), priced: z.boolean() })
    .nullable()
    .describe("what was used that is not counted in tokens; where it is not priced, the cost is unknown and not 0"),
  cost_pico: pico,
  price_version: z.string().nullable(),
  /** Absent where the release keeps no answers. */
  cache: cacheView.optional(),
  context: z
    .object({
      done: z.enum(["fits", "refused", "truncated", "summarised", "larger-model"]),
      tokens: z.int().describe("of the request as it came, with the release's own prompt and tools"),
      is_estimate: z.boolean(),
      window_tokens: z.int(),
      reserved_tokens: z.int().describe("kept free for the answer"),
      cut_messages: z.int(),
      cut_tokens: z.int(),
      cut_from: z.int().optional().describe("position of the first message that was left out, from 0"),
      cut_to: z.int().optional().describe("position of the last one; those of the system between them stayed"),
      summary_pico: pico.optional().describe("absent where no summary was made for this call"),
      trouble: z.string().optional(),
    })
    .optional()
    .describe("how the conversation was made to fit; absent where the release does not say what becomes of long ones"),
  prompt_cache: z
    .object({
      marks: z.int().describe("marks and names that were set in what went to providers"),
      read_tokens: z.int(),
      written_tokens: z.int(),
      saved_pico: signedPico.describe("by the providers' own counts; below 0 where more was written than read"),
    })
    .optional()
    .describe("what the providers' prompt caches had to do with it; absent where they were not used"),
  findings: z
    .array(
      z.object({
        check: z.string().describe("`refusal`, `truncated`, `schema`, …; docs/answers.md lists them"),
        detail: z.string(),
        at: z.string().nullable().describe("where in the answer, as a JSON pointer"),
        attempt: z.number().int().describe("position in `attempts` of the answer it was found in"),
        action: z.enum(["record", "fail", "repair", "reject"]),
      }),
    )
    .describe("what is wrong with the answer, and with those that were rejected before it"),
  routing: z
    .object({
      strategy: z.string(),
      intended: z.string(),
      action: z.string().describe("routed, or the route that was drawn by lot"),
      propensities: z.record(z.string(), z.number()),
      is_first: z.boolean(),
      asked: z.string(),
      served: z.string().nullable(),
      why: z.string(),
      score: z.number().nullable(),
      characters: z.number().int(),
      escalations: z.array(z.object({ from: z.string(), to: z.string(), because: z.string() })),
      judgements: z.array(
        z.object({
          model: z.string(),
          mark: z.number().nullable(),
          trouble: z.string().nullable(),
          took_ms: z.number(),
          cost_pico: pico,
        }),
      ),
    })
    .optional()
    .describe("which of its models the release chose, and why; absent where it has no routing"),
  backtest: z
    .object({
      id: z.string().describe("of the backtest (`bkt_…`), or `rpl_…` where a person asked for it"),
      replays: z.string().describe("the recorded call that it replays"),
    })
    .optional()
    .describe("made by a backtest or a replay and seen by no user; absent in all other calls"),
  overrides: z.array(z.string()),
});

/** Bytes of a call: text where they are UTF-8, base64 otherwise. */
const bodyView = z
  .object({ bytes: z.number().int(), text: z.string().optional(), base64: z.string().optional() })
  .nullable();

/** A call in a line: what lists and the live tail show. Never loads bytes. */
export const callLine = z.object({
  id: z.string(),
  at: instant,
  environment: z.string(),
  endpoint: z.string().nullable(),
  release: z.string().nullable(),
  requested_model: z.string(),
  rollout: z.string().nullable(),
  arm: z.string().nullable(),
  tier: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  status: z.number().int(),
  outcome: z.enum(["ok", "failed", "abandoned"]),
  error: z.string().nullable(),
  stream: z.boolean(),
  session: z.string().nullable(),
  user: z.string().nullable(),
  key: z.string().nullable(),
  first_token_ms: z.number().nullable(),
  total_ms: z.number(),
  tokens: z.object({ input: z.number(), output: z.number() }).nullable(),
  cost_pico: pico,
  is_priced: z.boolean().describe("false where something was used that has no price: the cost is unknown then"),
  attempts: z.number().int(),
  findings: z.number().int(),
  kind: z.enum(["traffic", "backtest", "replay"]),
  gist: z
    .object({ asked: z.string(), answered: z.string() })
    .nullable()
    .describe(
      "the beginnings of the newest message and of what was answered, masked; null while they are not known, and where no text is kept",
    ),
  gist_waits: z.boolean().describe("whether what was said is not known yet: it is there some seconds later"),
});

const behind = z
  .number()
  .int()
  .describe("packs of calls (one to 64 calls each) that are not indexed yet: words are not looked for in them");

export const listCalls = defineRoute({
  method: "GET",
  path: "/api/calls",
  perEnvironment: true,
  summary: "Recorded calls, newest first; lists never load bodies",
  query: callQuery.extend({
    ...callPage,
    before: idOf("call").optional().describe("as `after` with the newest first"),
  }),
  answer: z.object({ data: z.array(callView), behind }),
});

export const listCallLines = defineRoute({
  method: "GET",
  path: "/api/calls/lines",
  perEnvironment: true,
  summary: "The same calls in a line each",
  query: callQuery.extend(callPage),
  answer: z.object({ data: z.array(callLine), behind }),
});

export const tallyCalls = defineRoute({
  method: "GET",
  path: "/api/calls/tally",
  perEnvironment: true,
  summary: "How many calls there are by each value of what they can be told apart by",
  query: callQuery.extend({
    spans: z.coerce.number().int().min(1).max(200).default(60).describe("spans of time in the chart, at most"),
  }),
  answer: z.object({
    calls: z.number().int(),
    failed: z.number().int(),
    looked: z.number().int().describe("calls that were looked at"),
    facets: z
      .record(z.enum(CALL_FACETS), z.array(z.object({ value: z.string(), calls: z.number().int() })))
      .describe("of each the calls that meet all other parts of the search, most first, at most 50 values"),
    spans: z.array(z.object({ at: instant, calls: z.number().int(), failed: z.number().int() })),
    span_ms: z.number(),
    is_exact: z
      .boolean()
      .describe("false where only the newest two million calls were counted, or some are not indexed yet"),
    behind,
  }),
});

export const exportCalls = defineRoute({
  method: "GET",
  path: "/api/calls/export",
  perEnvironment: true,
  summary: "All calls of a search as JSON lines, oldest first; to go on after a break name the last one as `after`",
  query: callQuery.extend({
    after: callPage.after,
    bodies: z.enum(["true", "false"]).default("false").describe("whether each line has the exact bytes too"),
  }),
  answer: callView,
});

/** A line of what a call has cost. */
const costLine = z.object({
  attempt: z.number().int().describe("position in `attempts`"),
  model: z.string(),
  what: z.string().describe("class of token, or unit"),
  count: z.number(),
  price_pico: pico.nullable().describe("of one, as it is configured now; null where there is none"),
  cost_pico: pico.nullable(),
});

export const showCall = defineRoute({
  method: "GET",
  path: "/api/calls/{call}",
  perEnvironment: true,
  summary: "One recorded call with its exact bytes",
  params: z.strictObject({ call: idOf("call") }),
  query: z.strictObject({
    bodies: z.enum(["true", "false"]).default("true").describe("false leaves the exact bytes out"),
  }),
  answer: callView.extend({
    said: z
      .object({
        asked: z.string().describe("the newest message alone"),
        answered: z.string(),
        error: z.string().nullable().describe("the message of an error in the answer, which no model said"),
        tools: z.array(z.string()),
      })
      .nullable()
      .describe("what was asked last and what was answered, in plain text, at most 20,000 characters each"),
    feedback: z.array(feedbackView).describe("what was said of the call, newest first; at most 100"),
    cost: z.object({
      lines: z.array(costLine),
      lines_pico: pico,
      is_recorded: z
        .boolean()
        .describe(
          "whether the lines come to what was recorded: prices may have changed since, or something else was paid",
        ),
      other_pico: signedPico.describe("what was recorded and no line explains: summaries, judges, embeddings"),
    }),
    request_sha256: z.string().nullable().describe("of the request's bytes: `same_as` finds calls with the same"),
    bodies: z.object({ request: bodyView, upstream: bodyView, answer: bodyView }),
  }),
});

/** One place in which two JSON values differ. */
const jsonChange = z.object({
  path: z.string().describe("JSON pointer in the value that has it; items of lists are aligned by what they hold"),
  kind: z.enum(["added", "removed", "changed"]),
  before: z.string().nullable().describe("JSON, shortened"),
  after: z.string().nullable(),
});

const sideDiff = z.object({
  form: z.enum(["json", "text", "none"]).describe("none where either is not kept"),
  same: z.boolean(),
  changes: z.array(jsonChange),
  cut: z.boolean().describe("whether there are more changes"),
});

export const diffCalls = defineRoute({
  method: "GET",
  path: "/api/calls/{call}/diff",
  perEnvironment: true,
  summary: "In what two calls differ",
  params: z.strictObject({ call: idOf("call") }),
  query: z.strictObject({ with: idOf("call") }),
  answer: z.object({
    before: callLine,
    after: callLine,
    facts: sideDiff,
    request: sideDiff,
    upstream: sideDiff,
    answer: sideDiff.describe("of streams what was said and which tools were called"),
  }),
});

export const replayCall = defineRoute({
  method: "POST",
  path: "/api/calls/{call}/replays",
  perEnvironment: true,
  summary: "Sends a recorded request again, charged to the key that asks; never counted as evidence",
  params: z.strictObject({ call: idOf("call") }),
  body: z.strictObject({
    release: z
      .string()
      .max(100)
      .optional()
      .describe("as `support-bot@8`: what would have been with it; absent sends it through its own release again"),
  }),
  answer: z.object({
    call: z.string().describe("the new call: marked as a replay"),
    release: z.string(),
    is_own: z.boolean().describe("whether that is the release that answered then"),
    status: z.number().int(),
    before: z.string().describe("what was answered then, in plain text"),
    after: z.string(),
    is_same: z.boolean(),
    upstream_is_same: z
      .boolean()
      .nullable()
      .describe("whether the provider got the same bytes; null where they are not kept"),
    total_ms: z.number(),
    cost_pico: pico,
    cost_before_pico: pico,
  }),
});

export const echoCall = defineRoute({
  method: "GET",
  path: "/api/calls/{call}/echo",
  perEnvironment: true,
  summary: "The recorded answer as it was sent, with its time to the first token and to the end: asks nobody",
  params: z.strictObject({ call: idOf("call") }),
  query: z.strictObject({ speed: z.coerce.number().min(0.1).max(1_000).default(1).describe("how many times as fast") }),
  answer: z.unknown(),
});
