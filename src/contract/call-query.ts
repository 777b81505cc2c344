import { z } from "zod";
import { idOf, instant } from "./fields.ts";

/**
 * Several values with commas between them; one of them must hold. `(none)` is what has no value. Where all values are known
 * another one is a mistake: it would find nothing, and nobody would know why.
 */
const anyOf = (
  what: string,
  known?: readonly string[],
): z.ZodOptional<z.ZodPipe<z.ZodString, z.ZodTransform<string[], string>>> =>
  z
    .string()
    .min(1)
    .max(1_000)
    .refine(
      (text) => known === undefined || text.split(",").every((value) => value === "(none)" || known.includes(value)),
      `must be one of ${known?.join(", ")}`,
    )
    .transform((text) => text.split(",").slice(0, MOST_VALUES))
    .optional()
    .describe(`${what}; several with commas between them, \`(none)\` for calls without one`);

const MOST_VALUES = 50;

const wholeMs = z.coerce.number().int().min(0).max(86_400_000).optional();
const dollars = z.coerce.number().min(0).max(4_000).optional();

/** What calls are counted by, as it stands in addresses. */
export const CALL_FACETS = [
  "endpoint",
  "release",
  "arm",
  "rollout",
  "tier",
  "provider",
  "model",
  "outcome",
  "error",
  "status",
  "finish",
  "key",
  "dialect",
  "stream",
  "kind",
] as const;

/** Which recorded calls are meant: every part must hold. */
export const callQuery = z.strictObject({
  endpoint: anyOf("name of an endpoint"),
  release: anyOf("as `support-bot@7`"),
  arm: anyOf("stable, candidate or shadow", ["stable", "candidate", "shadow"]),
  rollout: anyOf("id of a rollout whose evidence it is"),
  tier: anyOf("what served it: primary, fallback:1, cache:exact, cache:semantic, stale"),
  provider: anyOf("provider of the last attempt"),
  model: anyOf("model of the last attempt"),
  outcome: anyOf("ok, failed or abandoned", ["ok", "failed", "abandoned"]),
  error: anyOf("code of the error; docs/errors.md lists them"),
  status: anyOf("HTTP status that the client got"),
  finish: anyOf("why the model stopped, in the words of the dialect"),
  key: anyOf("id of the API key"),
  dialect: anyOf("dialect of the request"),
  stream: anyOf("true or false", ["true", "false"]),
  kind: anyOf("traffic, backtest (a replay of a backtest) or replay (one that a person asked for)", [
    "traffic",
    "backtest",
    "replay",
  ]),
  session: z.string().min(1).max(256).optional(),
  user: z.string().min(1).max(200).optional().describe("the end user, as the client named it"),
  trace: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "is no trace id: those have 32 hex digits")
    .optional(),
  since: instant.optional(),
  until: instant.optional().describe("without this moment itself"),
  latency_from: wholeMs.describe("whole milliseconds, at least"),
  latency_to: wholeMs,
  first_token_from: wholeMs,
  first_token_to: wholeMs,
  cost_from: dollars.describe("dollars, to the millionth"),
  cost_to: dollars,
  tokens_from: z.coerce.number().int().min(0).optional().describe("of request and answer together"),
  tokens_to: z.coerce.number().int().min(0).optional(),
  text: z
    .string()
    .max(200)
    .optional()
    .describe("words of what was asked or answered, all of them in any order; `-word` must not be there"),
  tool: z.string().min(1).max(120).optional().describe("name of a tool that the answer calls; `*` for any"),
  tag: z.string().min(3).max(250).optional().describe("of the request's metadata, as `name:value`"),
  same_as: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "is no hash: those have 64 hex digits")
    .optional()
    .describe("SHA-256 of a request: calls whose request has the same bytes"),
  repaired: z
    .enum(["true", "false"])
    .optional()
    .describe(
      "calls that another attempt, a fallback or a kept answer rescued, or all others; only those whose words are indexed",
    ),
  feedback: z
    .enum(["any", "thumbs-up", "thumbs-down", "problem", "score", "correction"])
    .optional()
    .describe("calls of which that was said; the newest thousand of what was said are looked at"),
});

/** The page of calls that is wanted. */
export const callPage = {
  order: z.enum(["newest", "oldest"]).default("newest"),
  after: idOf("call").optional().describe("only calls after this one in that order, for paging"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
