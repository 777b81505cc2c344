import { z } from "zod";
import { cacheView } from "./cache.ts";
import { feedbackView } from "./feedback.ts";
import { endpointName, idOf, instant, pico, signedPico } from "./fields.ts";
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
  rollout: z.string().nullable(),
  release: z.string().nullable(),
  arm: z.string().nullable(),
  placement: z
    .string()
    .nullable()
    .describe("why it was served where no lot of the ladder put it: preview, holdback, draining, incompatible"),
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
      left_out: z.array(z.string()).describe("parts of the conversation that this provider was not given"),
      end: z.string().nullable(),
      key: z.number().int().nullable(),
      start_ms: z.number(),
      first_byte_ms: z.number().nullable(),
      end_ms: z.number(),
      status: z.number().nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      usage: usage.nullable(),
      cost_pico: pico,
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
    .object({ id: z.string(), replays: z.string().describe("the recorded call that it replays") })
    .optional()
    .describe("made by a backtest and seen by no user; absent in all other calls"),
  overrides: z.array(z.string()),
});

/** Bytes of a call: text where they are UTF-8, base64 otherwise. */
const bodyView = z
  .object({ bytes: z.number().int(), text: z.string().optional(), base64: z.string().optional() })
  .nullable();

export const listCalls = defineRoute({
  method: "GET",
  path: "/api/calls",
  perEnvironment: true,
  summary: "Recorded calls, newest first; lists never load bodies",
  query: z.strictObject({
    endpoint: endpointName.optional(),
    release: z.string().max(100).optional(),
    arm: z.enum(["stable", "candidate", "shadow"]).optional(),
    rollout: idOf("rol").optional(),
    session: z.string().max(256).optional(),
    outcome: z.enum(["ok", "failed", "abandoned"]).optional(),
    since: instant.optional(),
    before: idOf("call").optional().describe("only calls older than this one, for paging"),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answer: z.object({ data: z.array(callView) }),
});

export const showCall = defineRoute({
  method: "GET",
  path: "/api/calls/{call}",
  perEnvironment: true,
  summary: "One recorded call with its exact bytes",
  params: z.strictObject({ call: idOf("call") }),
  answer: callView.extend({
    feedback: z.array(feedbackView).describe("what was said of the call, newest first; at most 100"),
    bodies: z.object({ request: bodyView, upstream: bodyView, answer: bodyView }),
  }),
});
