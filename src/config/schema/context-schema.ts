import * as z from "zod";
import { number, text } from "./leaf.ts";

/** Tokens kept for an answer whose request does not say how long it may be. */
export const DEFAULT_RESERVE = 1_024;

const window = number({ min: 256, max: 100_000_000, integer: true });
const model = text({ what: "provider/model", max: 300 });

/** `context` of an endpoint. */
export const contextSchema = z
  .strictObject({
    overflow: z.enum(["refuse", "truncate", "summarise", "larger_model"]).meta({
      description:
        "`refuse` answers `context_length_exceeded` before a provider is asked; `truncate` leaves the oldest turns out; `summarise` puts a summary in their place; `larger_model` asks a model that takes more.",
    }),
    window: window.optional().meta({
      description:
        "Tokens that the smallest of the models takes, question and answer together. Default: what the catalogue knows of them.",
    }),
    reserve: number({ min: 1, max: 1_000_000, integer: true }).optional().meta({
      preset: DEFAULT_RESERVE,
      description: "Tokens kept free for the answer where the request does not say how long it may be.",
    }),
    keep_first: number({ min: 0, max: 1_000, integer: true })
      .optional()
      .meta({ preset: 0, description: "Turns from the beginning that are never left out." }),
    keep_last: number({ min: 1, max: 1_000, integer: true })
      .optional()
      .meta({ preset: 1, description: "Turns at the end that are never left out." }),
    summariser: model.optional().meta({ description: "Who sums up, as `provider/model`; needed by `summarise`." }),
    larger: z
      .array(z.strictObject({ model: model.meta({ description: "As `provider/model`." }), window: window.optional().meta({ description: "Default: what the catalogue knows." }) }))
      .min(1)
      .max(5)
      .optional()
      .meta({ description: "Models that take more, the first that is large enough answers; needed by `larger_model`." }),
  })
  .meta({
    description:
      "What becomes of conversations that are longer than the models take. Without it a provider's own refusal goes to `fallbacks.context_overflow`.",
  });
