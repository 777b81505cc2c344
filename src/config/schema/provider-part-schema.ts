import * as z from "zod";
import { DEFAULT_BREAKER } from "../../domain/health/circuit.ts";
import { spellDuration } from "../units.ts";
import { duration, number, price } from "./leaf.ts";

const HOUR = 3_600_000;

/** What tokens cost at a tier of service or above a length of prompts, by class. */
const ownClasses = {
  input: price().meta({ description: "USD per million input tokens." }),
  cached_input: price().optional().meta({ description: "Default: the price of `input` here." }),
  cache_write: price().optional().meta({ description: "Default: the price of `input` here." }),
  output: price().meta({ description: "USD per million output tokens." }),
  reasoning: price().optional().meta({ description: "Default: the price of `output` here." }),
};

const MOST_STEPS = 8;

const stepsSchema = z
  .array(
    z
      .strictObject({
        above: number({ min: 1, max: 100_000_000, integer: true }).meta({
          description: "Tokens of the longest prompt that it does not hold for.",
        }),
        ...ownClasses,
        cache_write_1h: price().optional().meta({ description: "Default: the price of `cache_write` here." }),
      })
      .meta({ id: "price-step", $comment: "price-step" }),
  )
  .min(1)
  .max(MOST_STEPS)
  .superRefine((steps, context) => {
    const at = steps.findIndex(({ above }, index) => above <= (steps[index - 1]?.above ?? 0));
    if (at < 0) return;
    const message = `above ${steps[at]?.above} tokens comes after above ${steps[at - 1]?.above}`;
    context.addIssue({ code: "custom", path: [at], message, params: { fix: "write longer prompts after shorter ones" } });
  })
  .optional();

/** What a model costs at one tier of service. */
const tierPriceSchema = z
  .strictObject({ ...ownClasses, steps: stepsSchema.meta({ description: "What long prompts cost at this tier." }) })
  .optional();

const tiersSchema = z
  .strictObject({
    batch: tierPriceSchema.meta({ description: "Of answers that name the tier `batch`." }),
    flex: tierPriceSchema.meta({ description: "Of answers that name the tier `flex`." }),
    priority: tierPriceSchema.meta({ description: "Of answers that name the tier `priority`." }),
  })
  .optional()
  .meta({
    description:
      "What tiers of service cost that have prices of their own. The tier that an answer names decides what is paid; budgets set aside the dearest that may answer.",
  });

/** What a model costs. */
export const priceSchema = z
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
    cache_write_1h: price().optional().meta({
      description:
        "USD per million input tokens that the provider wrote to its prompt cache for an hour. Default: the price of `cache_write`, and `prompt_cache` asks for no hours.",
    }),
    output: price().meta({ description: "USD per million output tokens." }),
    reasoning: price()
      .optional()
      .meta({ description: "USD per million reasoning tokens. Default: the price of `output`." }),
    image: price("USD per image").optional().meta({ description: "USD per image that is made. Default: not priced." }),
    minute: price("USD per minute")
      .optional()
      .meta({ description: "USD per minute of sound that is heard, by the millisecond. Default: not priced." }),
    characters: price("USD per million characters")
      .optional()
      .meta({ description: "USD per million characters that are spoken. Default: not priced." }),
    steps: stepsSchema.meta({
      description:
        "Prices of calls with long prompts, where they differ: a call whose prompt has more tokens than `above`, those from and into a prompt cache with it, costs these for all its tokens, its answer too. Shorter ones come first.",
    }),
    tiers: tiersSchema,
  })
  .meta({
    description:
      "What the model costs, in USD per million tokens with at most six decimals. Models of your own cost 0.",
  });

/** The context window of a model. */
export const windowLeaf = number({ min: 256, max: 100_000_000, integer: true }).optional().meta({
  description:
    "Tokens that the model takes, question and answer together; for `context` of an endpoint. Default: what the catalogue knows.",
});

/** The shortest beginning that a model keeps. */
export const cacheMinimumLeaf = number({ min: 1, max: 1_000_000, integer: true }).optional().meta({
  description:
    "The fewest tokens of a beginning that the provider's prompt cache keeps; for `prompt_cache` of an endpoint. Default: what the catalogue knows, else 4096.",
});

/** A model that is paid for; without a price it must be in the catalogue. */
export const modelSchema = z.strictObject({
  price: priceSchema.optional().meta({
    description:
      "What the model costs, in USD per million tokens with at most six decimals. May be left out for a model whose price the catalogue knows. Models of your own cost 0.",
  }),
  window: windowLeaf,
  cache_minimum: cacheMinimumLeaf,
});

/** A model on hardware of one's own. */
export const ownModelSchema = z.strictObject({
  price: priceSchema.optional().meta({
    description: "What the model costs, in USD per million tokens with at most six decimals. Default: nothing.",
  }),
  window: windowLeaf,
});

/** The models of a provider by their ids. */
export const modelsOf = <T extends z.ZodType>(model: T) =>
  z.record(z.string(), model).meta({
    description:
      "The models that may be used, by their pinned id. `latest` and ids that end in `-latest` are refused: a release must mean the same tomorrow.",
  });

/** Whether a provider may be inside a private network. */
export const allowPrivate = z.boolean().optional().meta({
  preset: false,
  description:
    "Allows an address inside a private network. `localhost`, `127.0.0.1` and `[::1]` are allowed when `base_url` names them so.",
});

/** The circuit breaker of a provider's models. */
export const breaker = z
  .union([
    z
      .strictObject({
        failures: number({ min: 1, max: 1_000, integer: true }).optional().meta({
          preset: DEFAULT_BREAKER.failures,
          description: "Failures in a row that open it, if at least half of the recent calls failed.",
        }),
        probe_every: duration({ min: 1, max: HOUR }).optional().meta({
          preset: spellDuration(DEFAULT_BREAKER.probeEveryMs),
          description: "While it is open, one call in this time asks whether the model is back.",
        }),
      })
      .meta({ title: "breaker" }),
    z.literal(false).meta({ title: "off" }),
  ])
  .optional()
  .meta({
    description:
      "The circuit breaker of each model: after failures in a row its calls go to the next model at once. `false` switches it off.",
  });

/** The dialects of conversations that a provider on the OpenAI wire takes. */
export const speaksLeaf = (preset: string) =>
  z
    .array(z.enum(["chat", "responses"]))
    .min(1)
    .max(2)
    .optional()
    .meta({
      description: `What the provider takes of \`chat\` completions and the \`responses\` API: requests in such a dialect pass as they are, all others are translated to the first. Default: ${preset}`,
    });

/** Whether a provider on the OpenAI wire takes a name for like requests. */
export const promptCacheKeyLeaf = (preset: string) =>
  z.boolean().optional().meta({
    description: `Whether the provider takes \`prompt_cache_key\`, by which \`prompt_cache\` of an endpoint brings like requests together. Default: ${preset}`,
  });

const KEYS =
  "Name of the environment variable that holds the provider's key, or a list of them: keys are used in turn, and one that is refused or limited rests.";

/** What `key_env` means, and what holds when it is left out. */
export const keyEnvMeaning = (without: string): { readonly description: string } => ({
  description: `${KEYS} ${without}`.trim(),
});

/** A breaker as read: `undefined` is the default one. */
export type BreakerInput = z.output<typeof breaker>;

/** Prices as read, in pico-dollars per token. */
export type PriceInput = z.output<typeof priceSchema>;
