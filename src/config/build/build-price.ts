import type { TokenPrice, UnitPrice } from "../../domain/money/price.ts";
import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { modelIn } from "../../contract/catalogue/read-catalogue.ts";
import type { ModelSettings } from "../project.ts";
import type { PriceInput } from "../schema/provider-part-schema.ts";
import { parsePrice } from "../units.ts";

/** Kinds of provider that sell what another kind sells, under the same ids and prices. */
export const SAME_CATALOGUE: Readonly<Record<string, string>> = { vertex: "gemini" };

/** What is not written costs what the class it belongs to costs, so that nothing is ever counted too cheap by omission. */
export function priceOf(input: PriceInput): TokenPrice {
  return {
    input: input.input,
    cachedInput: input.cached_input ?? input.input,
    cacheWrite: input.cache_write ?? input.input,
    output: input.output,
    reasoning: input.reasoning ?? input.output,
    ...unitsOf(input),
  };
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

/** The price of a kind's model by the catalogue, at the standard tier; `null` when it is not known. */
export function cataloguePriceOf(catalogue: Catalogue, kind: string, id: string): TokenPrice | null {
  const price = modelIn(catalogue, SAME_CATALOGUE[kind] ?? kind, id)?.prices?.standard;
  if (price === undefined) return null;
  const { input, cached_input: cachedInput, cache_write: cacheWrite, output, reasoning } = price;
  const pico = (text: string): bigint => parsePrice(text) ?? 0n;
  return {
    input: pico(input),
    cachedInput: pico(cachedInput ?? input),
    cacheWrite: pico(cacheWrite ?? input),
    output: pico(output),
    reasoning: pico(reasoning ?? output),
  };
}

const NOTHING: TokenPrice = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n };

/** Models with their prices: as written, else by the catalogue, else nothing. A check has refused what may not be free. */
export const pricedModels = <Model extends { readonly price?: PriceInput | undefined }>(
  models: Readonly<Record<string, Model>>,
  { kind, catalogue }: { readonly kind: string; readonly catalogue: Catalogue },
): ReadonlyMap<string, ModelSettings> =>
  new Map(
    Object.entries(models).map(([id, { price }]) => [
      id,
      {
        price: price === undefined ? (cataloguePriceOf(catalogue, kind, id) ?? NOTHING) : priceOf(price),
        ...maxOutputOf(catalogue, kind, id),
      },
    ]),
  );

function maxOutputOf(catalogue: Catalogue, kind: string, id: string): Pick<ModelSettings, "maxOutput"> {
  const maxOutput = modelIn(catalogue, SAME_CATALOGUE[kind] ?? kind, id)?.max_output ?? null;
  return maxOutput === null ? {} : { maxOutput };
}
