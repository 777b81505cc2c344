import * as z from "zod";
import type { Timeouts } from "../../domain/release/release.ts";
import { spellDuration } from "../units.ts";
import { cacheSchema } from "./cache-schema.ts";
import { checksSchema } from "./checks-schema.ts";
import { contextSchema } from "./context-schema.ts";
import { fallbacksSchema, hedgeSchema, holdBackSchema, retriesSchema } from "./fault-schema.ts";
import { communicationShape } from "./communication-schema.ts";
import { days, duration, text } from "./leaf.ts";
import { parameters } from "./parameters.ts";
import { promptCacheSchema } from "./prompt-cache-schema.ts";
import { rolloutSchema } from "./rollout-schema.ts";
import { routingSchema } from "./routing-schema.ts";

const HOUR = 3_600_000;

/** Time limits of a release that names none. */
export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 };

/** Days for which bytes are kept unless a release says otherwise. */
export const DEFAULT_RETAIN_DAYS = 14;

const timeout = (fallbackMs: number, description: string) =>
  duration({ min: 1, max: HOUR })
    .optional()
    .meta({ preset: spellDuration(fallbackMs), description });

const timeoutsSchema = z
  .strictObject({
    connect: timeout(DEFAULT_TIMEOUTS.connectMs, "To open the connection."),
    first_token: timeout(
      DEFAULT_TIMEOUTS.firstTokenMs,
      "From sending the request to the first token of a stream, be it a thought of the model's.",
    ),
    idle: timeout(
      DEFAULT_TIMEOUTS.idleMs,
      "Between two pieces of a stream; comments and pings are none. While a model has only thought so far, `first_token` counts where it is longer.",
    ),
    total: timeout(DEFAULT_TIMEOUTS.totalMs, "For the whole call, shared by all attempts."),
    answer: duration({ min: 1, max: HOUR }).optional().meta({
      description:
        "For an attempt at an answer that is not streamed. Default: half of what is left of `total` while another model could answer, else all of it.",
    }),
  })
  .meta({ description: "Time limits of a call." });

const MAX_MODELS = 10;
const MAX_TOOLS = 128;

/** One endpoint: the content of its next release and how that goes out. */
export const endpointSchema = z.strictObject({
  description: text({ what: "a text", max: 2_000 }).optional().meta({ description: "For people." }),
  prompt: text({ what: "the path of a prompt file", max: 500 })
    .optional()
    .meta({ description: "Prompt file, relative to rollward.yaml. Its messages stand before those of the request." }),
  models: z
    .array(text({ what: "provider/model", max: 300 }))
    .min(1)
    .max(MAX_MODELS)
    .meta({
      description:
        "The model chain as `provider/model`: the first answers, the others step in when it cannot. Each is declared with its price under `providers`.",
    }),
  parameters: parameters().optional().meta({
    description:
      "Request fields that the release sets, for example `temperature`, `max_tokens`, `response_format`. Names and values are those of the OpenAI API.",
  }),
  tools: z
    .array(text({ what: "the path of a tool file", max: 500 }))
    .max(MAX_TOOLS)
    .optional()
    .meta({ preset: [], description: "Tool files, relative to rollward.yaml." }),
  record: z
    .enum(["exact", "facts"])
    .optional()
    .meta({ preset: "exact", description: "`exact` keeps the bytes of requests and answers, `facts` keeps none." }),
  retain_bodies: days("`record: facts` keeps no bytes at all")
    .optional()
    .meta({ preset: `${DEFAULT_RETAIN_DAYS}d`, description: "How long the bytes are kept." }),
  timeouts: timeoutsSchema.optional(),
  retries: retriesSchema.optional(),
  fallbacks: fallbacksSchema.optional(),
  hedge: hedgeSchema.optional(),
  hold_back: holdBackSchema.optional(),
  cache: cacheSchema.optional(),
  checks: checksSchema.optional(),
  context: contextSchema.optional(),
  prompt_cache: promptCacheSchema.optional(),
  sessions: z
    .array(z.enum(["header", "metadata", "fingerprint", "call"]))
    .min(1)
    .optional()
    .meta({
      preset: ["header", "metadata", "fingerprint", "call"],
      description:
        "The order in which a call's session is looked for: the header `x-rollward-session`, `metadata.session_id`, the conversation's own opening, the call itself.",
    }),
  routing: routingSchema.optional(),
  rollout: rolloutSchema.optional(),
  ...communicationShape,
});

/** An endpoint as read. */
export type EndpointInput = z.output<typeof endpointSchema>;
