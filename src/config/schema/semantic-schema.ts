import * as z from "zod";
import { DEFAULT_SEMANTIC_POLICY, REMOTE_WITHIN_MS } from "../../domain/cache/semantic-policy.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { duration, number, percent, text } from "./leaf.ts";

const usual = DEFAULT_SEMANTIC_POLICY;

/** `semantic` of an endpoint's `cache`. */
export const semanticSchema = z
  .strictObject({
    wrong_at_most: percent()
      .optional()
      .meta({
        preset: formatPercent(usual.wrongAtMost),
        description: "Most wrong answers among those that are given again. Until audits prove it, none is given.",
      }),
    confidence: percent()
      .optional()
      .meta({
        preset: formatPercent(usual.confidence),
        description: "With which probability that must be proven.",
      }),
    audit: percent()
      .optional()
      .meta({
        preset: formatPercent(usual.audit),
        description:
          "Share of the lookups that are still audited once answers are given again: the model is asked all the same, and a judge compares. Until then every lookup with a candidate is audited.",
      }),
    judge: text({ what: "provider/model", max: 300 }).meta({
      description:
        "Who says whether a kept answer would have answered the question, as `provider/model`. It is paid for each audit.",
    }),
    embedder: text({ what: "`local` or provider/model", max: 300 })
      .optional()
      .meta({
        preset: "local",
        description: "Who turns questions into vectors: `local`, or a model of a provider as `provider/model`.",
      }),
    dimension: number({ min: 2, max: 8_192, integer: true })
      .optional()
      .meta({ description: "Numbers in a vector of the provider's model; needed where `embedder` is one." }),
    transactional: z
      .boolean()
      .optional()
      .meta({
        preset: usual.transactional,
        description: "Numbers, identifiers and negation of two questions must be the same.",
      }),
    personal: z
      .boolean()
      .optional()
      .meta({
        preset: usual.personal,
        description:
          "Every user has answers of their own, of the exact cache too; a request that names no user (`user`, `safety_identifier`, `metadata.user_id`) is given no answer to another question.",
      }),
    entries: number({ min: 10, max: 50_000, integer: true })
      .optional()
      .meta({
        preset: usual.entries,
        description: "Most questions that are remembered in one partition; the oldest make room.",
      }),
    within: duration({ min: 1, max: 5_000 })
      .optional()
      .meta({
        preset: spellDuration(usual.withinMs),
        description: `Longest a call waits for the vector of its question; \`${spellDuration(REMOTE_WITHIN_MS)}\` with the model of a provider. A late vector is no lookup.`,
      }),
  })
  .meta({
    description:
      "Gives kept answers also to questions that mean the same, but only while audits prove that few enough of them are wrong. See docs/semantic-caching.md.",
  });

/** The part as read. */
export type SemanticInput = z.output<typeof semanticSchema>;
