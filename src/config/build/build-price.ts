import type { ClassPrice, PriceStep, TokenPrice, UnitPrice } from "../../domain/money/price.ts";
import { SERVICE_TIERS } from "../../domain/money/service-tier.ts";
import type { ServiceTier } from "../../domain/money/service-tier.ts";
import type { Catalogue, CatalogueClasses, CataloguePrice } from "../../contract/catalogue/schema.ts";
import { modelIn } from "../../contract/catalogue/read-catalogue.ts";
import type { ModelSettings } from "../project.ts";
import type { PriceInput } from "../schema/provider-part-schema.ts";
import { parsePrice } from "../units.ts";

/** What is not written costs what the class it belongs to costs, so that nothing is ever counted too cheap by omission. */
export function priceOf(input: PriceInput): TokenPrice {
  return {
    ...classesOf(input),
    ...unitsOf(input),
    ...stepsOf(input.steps, classesOf),
    ...tiersOf((tier) => {
      const own = input.tiers?.[tier];
      return own === undefined ? null : priceOf(own);
    }),
  };
}

type ClassesInput = Pick<
  PriceInput,
  "input" | "cached_input" | "cache_write" | "cache_write_1h" | "output" | "reasoning"
>;

function classesOf(input: ClassesInput): ClassPrice {
  return {
    input: input.input,
    cachedInput: input.cached_input ?? input.input,
    cacheWrite: input.cache_write ?? input.input,
    ...(input.cache_write_1h !== undefined && { cacheWrite1h: input.cache_write_1h }),
    output: input.output,
    reasoning: input.reasoning ?? input.output,
  };
}

/** The prices of long prompts, where there are any. */
function stepsOf<Step extends { readonly above: number }>(
  steps: readonly Step[] | undefined,
  read: (step: Step) => ClassPrice,
): Pick<TokenPrice, "steps"> {
  if (steps === undefined) return {};
  return { steps: steps.map((step): PriceStep => ({ above: step.above, ...read(step) })) };
}

/** The prices of tiers that have one; none is left out. */
function tiersOf(at: (tier: ServiceTier) => TokenPrice | null): Pick<TokenPrice, "tiers"> {
  const tiers = SERVICE_TIERS.flatMap((tier) => {
    const price = at(tier);
    return price === null ? [] : [[tier, price] as const];
  });
  return tiers.length === 0 ? {} : { tiers: Object.fromEntries(tiers) };
}

/** Prices are read per million; those of one image and of one minute are a million times as much. */
const MILLION = 1_000_000n;

function unitsOf({ image, minute, characters }: PriceInput): Pick<TokenPrice, "units"> {
  const units: UnitPrice = {
    ...(image !== undefined && { image: image * MILLION }),
    ...(minute !== undefined && { minute: minute * MILLION }),
    ...(characters !== undefined && { character: characters }),
  };
  return Object.keys(units).length === 0 ? {} : { units };
}

/** The price of a kind's model by the catalogue, with its tiers; `null` when it is not known. */
export function cataloguePriceOf(catalogue: Catalogue, kind: string, id: string): TokenPrice | null {
  const prices = modelIn(catalogue, kind, id)?.prices;
  if (prices == null) return null;
  const tiers = tiersOf((tier) => {
    const own = prices[tier];
    return own === undefined ? null : spelledPrice(own);
  });
  return { ...spelledPrice(prices.standard), ...tiers };
}

const spelledPrice = (price: CataloguePrice): TokenPrice => ({
  ...spelledClasses(price),
  ...stepsOf(price.steps, spelledClasses),
});

function spelledClasses(price: CatalogueClasses): ClassPrice {
  const { input, cached_input: cachedInput, cache_write: cacheWrite, cache_write_1h: hour, output, reasoning } = price;
  const pico = (text: string): bigint => parsePrice(text) ?? 0n;
  return {
    input: pico(input),
    cachedInput: pico(cachedInput ?? input),
    cacheWrite: pico(cacheWrite ?? input),
    ...(hour !== undefined && { cacheWrite1h: pico(hour) }),
    output: pico(output),
    reasoning: pico(reasoning ?? output),
  };
}

const NOTHING: TokenPrice = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n };

/** Models with their prices: as written, else by the catalogue, else nothing. A check has refused what may not be free. */
export const pricedModels = <
  Model extends {
    readonly model?: string | undefined;
    readonly price?: PriceInput | undefined;
    readonly cache_minimum?: number | undefined;
  },
>(
  models: Readonly<Record<string, Model>>,
  { kind, catalogue }: { readonly kind: string; readonly catalogue: Catalogue },
): ReadonlyMap<string, ModelSettings> =>
  new Map(
    Object.entries(models).map(([name, { model: id = name, price, cache_minimum: least }]) => [
      name,
      {
        price: price === undefined ? (cataloguePriceOf(catalogue, kind, id) ?? NOTHING) : priceOf(price),
        ...maxOutputOf(catalogue, kind, id),
        ...cacheMinimumOf(catalogue, kind, { id, written: least }),
      },
    ]),
  );

function maxOutputOf(catalogue: Catalogue, kind: string, id: string): Pick<ModelSettings, "maxOutput"> {
  const maxOutput = modelIn(catalogue, kind, id)?.max_output ?? null;
  return maxOutput === null ? {} : { maxOutput };
}

function cacheMinimumOf(
  catalogue: Catalogue,
  kind: string,
  { id, written }: { readonly id: string; readonly written: number | undefined },
): Pick<ModelSettings, "cacheMinimum"> {
  const cacheMinimum = written ?? modelIn(catalogue, kind, id)?.cache_minimum;
  return cacheMinimum === undefined ? {} : { cacheMinimum };
}
