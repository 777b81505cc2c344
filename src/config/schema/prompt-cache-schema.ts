import * as z from "zod";
import { DEFAULT_PROMPT_CACHE_POLICY } from "../../domain/prompt-cache/prompt-cache-policy.ts";
import { number } from "./leaf.ts";

const usual = DEFAULT_PROMPT_CACHE_POLICY;

/** `prompt_cache` of an endpoint. */
export const promptCacheSchema = z
  .union([
    z.enum(["auto", "off"]).meta({ title: "auto or off" }),
    z
      .strictObject({
        ttl: z
          .enum(["5m", "1h"])
          .optional()
          .meta({
            preset: usual.ttl,
            description:
              "For how long a provider is asked to keep a beginning, where it lets one choose; every read begins that time anew. With `1h`, what does not pay for an hour is kept for five minutes.",
          }),
        expected_reads: number({ min: 0, max: 1_000_000 })
          .optional()
          .meta({
            description:
              "How often the fixed part (tools, the prompt of the release or, where it has none, the client's system prompt) is read again before it is forgotten. Default: learned from what is asked and what the provider counts.",
          }),
        affinity: z
          .boolean()
          .optional()
          .meta({
            preset: usual.affinity,
            description:
              "Sends calls with the same beginning to the same key and deployment, as far as these are well and not overloaded.",
          }),
      })
      .meta({ title: "auto, with terms" }),
  ])
  .meta({
    description:
      "Uses the providers' prompt caches: marks what is worth keeping and sends like calls to where it is kept. `auto` takes the defaults; a mapping is `auto` with terms of its own. Absent or `off`: requests go as they are. See docs/prompt-caching.md.",
  });

/** The part as read. */
export type PromptCacheInput = z.output<typeof promptCacheSchema>;
