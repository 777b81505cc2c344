import type { JsonObject } from "../domain/json.ts";
import type { ClassPrice, TokenPrice } from "../domain/money/price.ts";

const MILLION = 1_000_000n;

/** Pico-dollars as they are written: USD per million tokens, and USD for one image or minute. */
const usd = (pico: bigint, unit = MILLION): number => Number(pico) / Number(unit);

/** A price as it would be written in rollward.yaml, without what goes without saying. */
export function spellPrice({ units = {}, steps, tiers, ...classes }: TokenPrice): JsonObject {
  return {
    ...spellClasses(classes),
    ...(units.image !== undefined && { image: usd(units.image, MILLION * MILLION) }),
    ...(units.minute !== undefined && { minute: usd(units.minute, MILLION * MILLION) }),
    ...(units.character !== undefined && { characters: usd(units.character) }),
    ...(steps !== undefined && { steps: steps.map(({ above, ...own }) => ({ above, ...spellClasses(own) })) }),
    ...(tiers !== undefined && {
      tiers: Object.fromEntries(Object.entries(tiers).map(([tier, own]) => [tier, spellPrice(own)])),
    }),
  };
}

const spellClasses = ({ input, cachedInput, cacheWrite, cacheWrite1h, output, reasoning }: ClassPrice): JsonObject => ({
  input: usd(input),
  ...(cachedInput !== input && { cached_input: usd(cachedInput) }),
  ...(cacheWrite !== input && { cache_write: usd(cacheWrite) }),
  ...(cacheWrite1h !== undefined && { cache_write_1h: usd(cacheWrite1h) }),
  output: usd(output),
  ...(reasoning !== output && { reasoning: usd(reasoning) }),
});
