import { z } from "zod";
import { endpointName, idOf, instant, pico } from "./fields.ts";
import { defineRoute } from "./route.ts";

const usage = z.object({
  input: z.number(),
  cached_input: z.number(),
  cache_write: z.number(),
  output: z.number(),
  reasoning: z.number(),
  estimated: z.boolean(),
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
  cost_pico: pico,
  price_version: z.string().nullable(),
  overrides: z.array(z.string()),
});

/** Bytes of a call: text where they are UTF-8, base64 otherwise. */
const bodyView = z
  .object({ bytes: z.number().int(), text: z.string().optional(), base64: z.string().optional() })
  .nullable();

export const listCalls = defineRoute({
  method: "GET",
  path: "/api/calls",
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
  summary: "One recorded call with its exact bytes",
  params: z.strictObject({ call: idOf("call") }),
  answer: callView.extend({ bodies: z.object({ request: bodyView, upstream: bodyView, answer: bodyView }) }),
});
