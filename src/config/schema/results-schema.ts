import * as z from "zod";
import { DEFAULT_RESULT_POLICY } from "../../domain/results/result-policy.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { duration, percent, size } from "./leaf.ts";

const DAY = 86_400_000;
const KIB = 1_024;

/** `cache` of a tool or of a retrieval. */
const resultCacheSchema = z
  .strictObject({
    ttl: duration({ min: 1_000, max: 365 * DAY }).meta({
      description: "For how long a result is given again to exactly the same question.",
    }),
    shared: z
      .enum(["key", "tenant", "endpoint"])
      .optional()
      .meta({
        preset: DEFAULT_RESULT_POLICY.scope,
        description:
          "Who shares results: the lookups of one API key, those of one tenant's keys, or all lookups for the endpoint. With `endpoint` one customer is given what was found for another: only for what depends on the arguments alone.",
      }),
    max_entry_bytes: size({ min: KIB, max: 16 * KIB * KIB })
      .optional()
      .meta({ preset: "64KiB", description: "Largest result that is kept." }),
    wait: duration({ min: 100, max: 600_000 })
      .optional()
      .meta({
        preset: spellDuration(DEFAULT_RESULT_POLICY.waitMs),
        description: "For how long identical lookups wait for one run that is under way; then they run themselves.",
      }),
    audit: percent()
      .optional()
      .meta({
        preset: formatPercent(DEFAULT_RESULT_POLICY.auditShare),
        description:
          "Share of the lookups with a kept result that are told to run all the same, so that both results are compared.",
      }),
    may_differ: percent()
      .optional()
      .meta({
        preset: formatPercent(DEFAULT_RESULT_POLICY.mayDiffer),
        description:
          "Share of the kept results that may have changed within `ttl`. When comparisons show more, the source closes itself. With `0%` one is enough.",
      }),
  })
  .meta({ description: "Keeps results and gives them again to exactly the same question. Absent: none is kept." });

/** One of `tools`. */
export const toolResultsSchema = z
  .strictObject({
    read_only: z.boolean().meta({
      description:
        "Whether a run changes nothing anywhere, so that leaving one out does no harm. Only results of such tools are kept.",
    }),
    cache: resultCacheSchema.optional(),
  })
  .meta({ description: "What is declared of one tool, by the name that models call it by. See docs/tool-results.md." });

/** One of `retrieval`. */
export const retrievalSchema = z
  .strictObject({ cache: resultCacheSchema })
  .meta({ description: "What is declared of one place that applications retrieve passages from. See docs/tool-results.md." });

/** A cache of results as read. */
export type ResultCacheInput = z.output<typeof resultCacheSchema>;
/** A tool as read. */
export type ToolResultsInput = z.output<typeof toolResultsSchema>;
/** A retrieval as read. */
export type RetrievalInput = z.output<typeof retrievalSchema>;
