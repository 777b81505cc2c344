import * as z from "zod";
import { bedrockSchema, cohereSchema, geminiSchema, localGgufSchema, sagemakerSchema, vertexSchema } from "./cloud-schema.ts";
import { azureOpenAiSchema, hostedSchema, ownServerSchema } from "./openai-wire-schema.ts";
import { baseUrlLeaf, headersLeaf, keyEnvsLeaf, seedLeaf } from "./provider-leaf.ts";
import {
  allowPrivate,
  breaker,
  keyEnvMeaning,
  modelSchema,
  modelsOf,
  priceSchema,
  promptCacheKeyLeaf,
  speaksLeaf,
  windowLeaf,
} from "./provider-part-schema.ts";
import { duration, number, percent } from "./leaf.ts";

const HOUR = 3_600_000;

const openAiCompatible = z
  .strictObject({
    kind: z
      .literal("openai-compatible")
      .meta({ description: "Anyone who speaks the OpenAI wire, at any address. Many vendors have a kind of their own, which knows their address and habits." }),
    base_url: baseUrlLeaf().meta({ description: "Address up to and including `/v1`." }),
    key_env: keyEnvsLeaf().optional().meta(keyEnvMeaning("Without it no key is sent.")),
    breaker,
    allow_private: allowPrivate,
    headers: headersLeaf()
      .optional()
      .meta({ description: "Sent with every request, for example `OpenAI-Organization`. Never credentials." }),
    stream_usage: z.boolean().optional().meta({
      preset: true,
      description:
        "Whether the provider takes `stream_options.include_usage`. When it does not, the tokens of streams are estimated.",
    }),
    prompt_cache_key: promptCacheKeyLeaf("it does not."),
    speaks: speaksLeaf("`[chat]`."),
    models: modelsOf(modelSchema),
  })
  .meta({ title: "openai-compatible" });

const anthropic = z
  .strictObject({
    kind: z
      .literal("anthropic")
      .meta({ description: "Speaks the Anthropic wire; requests and answers are translated." }),
    base_url: baseUrlLeaf()
      .optional()
      .meta({ description: "Address up to and including `/v1`. Default: Anthropic's own." }),
    key_env: keyEnvsLeaf().prefault("ANTHROPIC_API_KEY").meta(keyEnvMeaning("")),
    breaker,
    allow_private: allowPrivate,
    models: modelsOf(modelSchema),
  })
  .meta({ title: "anthropic" });

const sigma = (fallback: number) =>
  number({ min: 0, max: 3 })
    .prefault(fallback)
    .meta({ description: "Standard deviation of the logarithm: 0 is always the median, 0.3 is lively, 1 is wild." });

const timeSpread = (median: string, description: string) =>
  z
    .strictObject({
      median: duration({ max: HOUR }).prefault(median).meta({ description: "Half of the calls take less." }),
      sigma: sigma(0.3),
    })
    .prefault({})
    .meta({ description });

const failure = (description: string) => percent().prefault("0%").meta({ description });

const failuresSchema = z
  .strictObject({
    rate_limited: failure("429 with `Retry-After`."),
    server_error: failure("A 5xx answer."),
    hang: failure("Nothing comes at all."),
    cut: failure("The connection breaks in the middle of the answer."),
    stall: failure("The answer stops in the middle and the connection stays."),
    malformed: failure("Something that is not JSON."),
    refusal: failure("The model declines to answer."),
    retry_after: duration({ max: HOUR })
      .prefault("1s")
      .meta({ description: "The `Retry-After` of a 429, rounded up to whole seconds." }),
  })
  .prefault({})
  .meta({ description: "Probability of each failure, per call; together at most 100%." });

const simulatedModel = z.strictObject({
  price: priceSchema,
  window: windowLeaf,
  first_token: timeSpread("300ms", "Time to the first token, lognormal."),
  between_tokens: timeSpread("15ms", "Time between two tokens, lognormal."),
  answer_tokens: z
    .strictObject({
      median: number({ min: 1, max: 100_000 }).prefault(80).meta({ description: "Half of the answers are shorter." }),
      sigma: sigma(0.4),
    })
    .prefault({})
    .meta({ description: "Tokens of an answer, lognormal." }),
  quality: number({ min: 0, max: 1 }).prefault(0.9).meta({ description: "Share of good answers." }),
  failures: failuresSchema,
});

const simulated = z
  .strictObject({
    kind: z.literal("simulated").meta({
      description: "A server of Rollward's own on loopback that speaks the OpenAI wire, for demos, tests and drills.",
    }),
    seed: seedLeaf().prefault(1).meta({ description: "Equal seeds give equal behaviour." }),
    breaker,
    models: modelsOf(simulatedModel),
  })
  .meta({ title: "simulated" });

const MAX_WEIGHT = 1_000;

const pool = z
  .strictObject({
    kind: z.literal("pool").meta({
      description: "Several providers that serve the same models under the same ids, for example regions or deployments.",
    }),
    members: z
      .record(z.string(), number({ min: 1, max: MAX_WEIGHT, integer: true }))
      .meta({ description: "The providers with their weights, for example `azure-east: 3`." }),
    balance: z.enum(["weighted", "least-busy", "latency"]).optional().meta({
      preset: "latency",
      description:
        "`weighted`: by weight alone. `least-busy`: fewest calls under way per weight. `latency`: of two drawn by weight, the one that answers sooner and is less busy (peak EWMA).",
    }),
  })
  .meta({ title: "pool" });

/** One provider of rollward.yaml. */
export const providerSchema = z.discriminatedUnion("kind", [
  openAiCompatible,
  hostedSchema,
  ownServerSchema,
  azureOpenAiSchema,
  anthropic,
  geminiSchema,
  vertexSchema,
  bedrockSchema,
  cohereSchema,
  sagemakerSchema,
  localGgufSchema,
  simulated,
  pool,
]);

/** A provider as read. */
export type ProviderInput = z.output<typeof providerSchema>;

/** A simulated model as read. */
export type SimulatedModelInput = z.output<typeof simulatedModel>;
