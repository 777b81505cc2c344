import { z } from "zod";
import { idOf, instant, pico } from "./fields.ts";
import { judgedView } from "./judged.ts";
import { defineRoute } from "./route.ts";

const count = z.number().int();

const side = z.object({
  call: z.string(),
  failed: z.boolean(),
  refused: z.boolean(),
  invalid: z.boolean(),
  latency_ms: z.number().nullable(),
  output_tokens: count,
  cost_usd: z.number().describe("as if nothing had come from a provider's prompt cache"),
});

/** A call and its copy. */
export const pairView = z.object({
  at: instant,
  stable: side,
  candidate: side,
  excused: z.boolean().describe("a provider or this server failed on either side; no evidence"),
  exact: z.boolean().nullable(),
  similarity: z.number().nullable().describe("by shared wording, 0 to 1"),
  new_structure: z.boolean().nullable().describe("a JSON answer has other fields or types, or is none any more"),
  tools: z.enum(["same", "order", "arguments", "tools"]).nullable(),
});

export const showCopies = defineRoute({
  method: "GET",
  path: "/api/rollouts/{rollout}/copies",
  perEnvironment: true,
  summary: "What the copies of a shadow stage showed: how answers differ, what they cost, the last pairs",
  params: z.strictObject({ rollout: idOf("rol") }),
  answer: z.object({
    rollout: z.string(),
    copies: count,
    pairs: count.describe("sessions that are evidence: the first pair of each"),
    excused: count.describe("copies that are no evidence because a provider or this server failed"),
    spent_pico: pico,
    skipped: z
      .record(z.string(), count)
      .describe(
        "calls of sampled sessions that this server did not copy and pairs that it had nobody judge, by reason; empty after the end",
      ),
    answers: z.object({
      compared: count,
      exact: count,
      similarity: z.number().nullable().describe("mean, by shared wording, 0 to 1"),
      new_structure: count,
      structured: count.describe("answers that were JSON"),
      other_tools: count,
      with_tools: count,
      cut_by_tools: count.describe("one side ended by calling tools and the other did not: no measure of time or cost"),
    }),
    judged: judgedView.nullable().describe("null where no judge of pairs is asked"),
    judge_trouble: z.string().nullable().describe("why the judge made nothing of a pair, the last time"),
    no_room_in: z
      .string()
      .nullable()
      .describe("the configured budget that had no room for the last copy, or its judge, on this server"),
    recent: z.array(pairView).describe("newest first"),
  }),
});
