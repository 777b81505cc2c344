import { z } from "zod";

const MAX_MODELS = 5_000;
const MAX_TOKENS = 100_000_000;

const day = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/);

/** USD per million tokens as a plain decimal with at most six decimals, e.g. "0.125". */
const perMillion = z.string().regex(/^\d{1,7}(?:\.\d{1,6})?$/);

const tokens = z.number().int().min(1).max(MAX_TOKENS);

const modality = z.enum(["text", "image", "document", "audio", "video"]);

/** Where a fact stands and when it was read there. */
export const catalogueSource = z.strictObject({
  url: z
    .string()
    .max(500)
    .regex(/^https:\/\/[\x21-\x7e]+$/),
  /** Who read it, when that was not us. */
  via: z
    .string()
    .max(500)
    .regex(/^https:\/\/[\x21-\x7e]+$/)
    .optional(),
  /** Told of that page by others, in writing that is not public; nobody of us has read it there. */
  second_hand: z.literal(true).optional(),
  read: day,
  facts: z.array(z.enum(["price", "context", "output", "modalities", "deprecation", "cache"])).min(1),
});

/** A price by class of token. What is left out costs what the class it belongs to costs. */
const catalogueClasses = z.strictObject({
  input: perMillion,
  cached_input: perMillion.optional(),
  cache_write: perMillion.optional(),
  /** Written for an hour. */
  cache_write_1h: perMillion.optional(),
  output: perMillion,
  reasoning: perMillion.optional(),
});

const MOST_STEPS = 8;

/** The price of one tier; that of a call with a long prompt may be another. */
export const cataloguePrice = catalogueClasses.extend({
  /** What a whole call costs, its answer too, whose prompt has more tokens than `above`: of all classes of input together. */
  steps: z
    .array(catalogueClasses.extend({ above: tokens }))
    .min(1)
    .max(MOST_STEPS)
    .refine((steps) => steps.every(({ above }, at) => above > (steps[at - 1]?.above ?? 0)), {
      message: "longer prompts come after shorter ones",
    })
    .optional(),
});

/** What is known of one model; `null` is not known. Sizes in tokens. */
export const catalogueModel = z.strictObject({
  /** The kind of provider in rollward.yaml that sells it. */
  vendor: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** The pinned id. */
  id: z.string().min(1).max(200),
  /** The maker's entry of the same model, `vendor/id`: sizes and modalities that are `null` here are those of it. Prices and the day it retires are never. */
  of: z.string().min(3).max(241).optional(),
  context: tokens.nullable(),
  max_output: tokens.nullable(),
  /** The fewest tokens of a beginning that its prompt cache keeps; absent is not known. */
  cache_minimum: tokens.optional(),
  input: z.array(modality).min(1).nullable(),
  output: z.array(modality).min(1).nullable(),
  /** By service tier; calls are priced by the tier that their answer names, and `standard` where it has none here. `null` where it cannot be said by class, tier and length of the prompt. */
  prices: z
    .strictObject({
      standard: cataloguePrice,
      batch: cataloguePrice.optional(),
      flex: cataloguePrice.optional(),
      priority: cataloguePrice.optional(),
    })
    .nullable(),
  /** The day from which it may no longer answer. */
  retires: day.nullable(),
  sources: z.array(catalogueSource).min(1),
});

/** A catalogue of models: data with a version, checked as a whole. */
export const catalogueSchema = z
  .strictObject({
    /** The day of its making, and a number when there are several of one day: `2026-11-21.2`. */
    version: z.string().regex(/^\d{4}-\d{2}-\d{2}(?:\.\d{1,3})?$/),
    models: z.array(catalogueModel).max(MAX_MODELS),
  })
  .superRefine(({ models }, context) => {
    const seen = new Set<string>();
    const makers = new Set(models.flatMap((model) => (model.of === undefined ? [`${model.vendor}/${model.id}`] : [])));
    for (const [index, { vendor, id, of, prices, sources }] of models.entries()) {
      const key = `${vendor}/${id}`;
      const path = ["models", index];
      if (seen.has(key)) context.addIssue({ code: "custom", path, message: `${key} is here twice` });
      seen.add(key);
      if (of !== undefined && !makers.has(of))
        context.addIssue({
          code: "custom",
          path,
          message: `${key} is said to be ${of}, which is no maker's entry here`,
        });
      const hasSource = sources.some(({ facts }) => facts.includes("price"));
      if (prices !== null && !hasSource)
        context.addIssue({ code: "custom", path, message: `the price of ${key} has no source` });
    }
  });

/** A catalogue of models. */
export type Catalogue = z.output<typeof catalogueSchema>;

/** Prices by class of a catalogue. */
export type CatalogueClasses = z.output<typeof catalogueClasses>;

/** A price of a catalogue. */
export type CataloguePrice = z.output<typeof cataloguePrice>;

/** One model of a catalogue. */
export type CatalogueModel = z.output<typeof catalogueModel>;

/** Where a fact of a catalogue stands. */
export type CatalogueSource = z.output<typeof catalogueSource>;
