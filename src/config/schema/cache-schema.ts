import * as z from "zod";
import { DEFAULT_CACHE_POLICY } from "../../domain/cache/cache-policy.ts";
import { spellDuration } from "../units.ts";
import { duration, size } from "./leaf.ts";
import { semanticSchema } from "./semantic-schema.ts";

const DAY = 86_400_000;
const KIB = 1_024;

/** `cache` of an endpoint. */
export const cacheSchema = z
  .strictObject({
    ttl: duration({ min: 1_000, max: 365 * DAY }).meta({
      description: "For how long an answer is given again to exactly the same question.",
    }),
    stale_for: duration({ max: 365 * DAY })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_CACHE_POLICY.staleForMs),
        description:
          "For how long after `ttl` an answer may still be given when every model has failed. It says that it is old: tier `stale`, header `age`.",
      }),
    shared: z
      .enum(["key", "tenant", "endpoint"])
      .optional()
      .meta({
        preset: DEFAULT_CACHE_POLICY.scope,
        description:
          "Who shares answers: the calls of one API key, those of one tenant's keys, or all calls of the endpoint. With `endpoint` one customer reads what was answered to another, and can tell by the time of an answer what others have asked: only for endpoints whose answers are public.",
      }),
    tools: z.boolean()
      .optional()
      .meta({
        preset: DEFAULT_CACHE_POLICY.tools,
        description: "Keeps answers that call tools too; their calls have the same ids every time.",
      }),
    sampled: z.boolean()
      .optional()
      .meta({
        preset: DEFAULT_CACHE_POLICY.sampled,
        description:
          "Keeps answers too whose temperature is not 0. A request that names no temperature counts as such, because models then draw.",
      }),
    max_entry_bytes: size({ min: KIB, max: 16 * KIB * KIB })
      .optional()
      .meta({ preset: "256KiB", description: "Largest answer that is kept." }),
    wait: duration({ max: 600_000 })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_CACHE_POLICY.waitMs),
        description:
          "Longest wait for the answer of an identical call that is under way, and never more than half of the call's time. `0s` asks the provider at once.",
      }),
    semantic: semanticSchema.optional(),
  })
  .meta({
    description:
      "Keeps whole good answers and gives them again to exactly the same question. Absent: none is kept. See docs/caching.md.",
  });

/** The part as read. */
export type CacheInput = z.output<typeof cacheSchema>;
