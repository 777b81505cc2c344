import * as z from "zod";
import { baseUrlLeaf, headersLeaf, keyEnvLeaf, seedLeaf } from "./provider-leaf.ts";
import { duration, number, percent, price } from "./leaf.ts";

const HOUR = 3_600_000;

const priceSchema = z
  .strictObject({
    input: price().meta({ description: "USD per million input tokens." }),
    cached_input: price().optional().meta({
      description:
        "USD per million input tokens that the provider read from its prompt cache. Default: the price of `input`.",
    }),
    cache_write: price().optional().meta({
      description:
        "USD per million input tokens that the provider wrote to its prompt cache. Default: the price of `input`.",
    }),
    output: price().meta({ description: "USD per million output tokens." }),
    reasoning: price()
      .optional()
      .meta({ description: "USD per million reasoning tokens. Default: the price of `output`." }),
  })
  .meta({
    description:
      "What the model costs, in USD per million tokens with at most six decimals. Models of your own cost 0.",
  });

const modelSchema = z.strictObject({ price: priceSchema });

const modelsOf = <T extends z.ZodType>(model: T) =>
  z.record(z.string(), model).meta({
    description:
      "The models that may be used, by their pinned id. `latest` and ids that end in `-latest` are refused: a release must mean the same tomorrow.",
  });

const allowPrivate = z.boolean().optional().meta({
  preset: false,
  description:
    "Allows an address inside a private network. `localhost`, `127.0.0.1` and `[::1]` are allowed when `base_url` names them so.",
});

const openAiCompatible = z
  .strictObject({
    kind: z
      .literal("openai-compatible")
      .meta({ description: "Speaks the OpenAI wire: OpenAI itself, vLLM, Ollama, llama.cpp and many others." }),
    base_url: baseUrlLeaf().meta({ description: "Address up to and including `/v1`." }),
    key_env: keyEnvLeaf().optional().meta({
      description: "Name of the environment variable that holds the provider's key. Without it no key is sent.",
    }),
    allow_private: allowPrivate,
    headers: headersLeaf()
      .optional()
      .meta({ description: "Sent with every request, for example `OpenAI-Organization`. Never credentials." }),
    stream_usage: z.boolean().optional().meta({
      preset: true,
      description:
        "Whether the provider takes `stream_options.include_usage`. When it does not, the tokens of streams are estimated.",
    }),
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
    key_env: keyEnvLeaf()
      .prefault("ANTHROPIC_API_KEY")
      .meta({ description: "Name of the environment variable that holds the provider's key." }),
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
    models: modelsOf(simulatedModel),
  })
  .meta({ title: "simulated" });

/** One provider of rollward.yaml. */
export const providerSchema = z.discriminatedUnion("kind", [openAiCompatible, anthropic, simulated]);

/** A provider as read. */
export type ProviderInput = z.output<typeof providerSchema>;

/** A simulated model as read. */
export type SimulatedModelInput = z.output<typeof simulatedModel>;

/** Prices as read, in pico-dollars per token. */
export type PriceInput = z.output<typeof priceSchema>;
