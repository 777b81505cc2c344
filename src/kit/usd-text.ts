const PLACES = 12;
const PICO_PER_USD = 10n ** BigInt(PLACES);
/** Figures that are left of a small amount. */
const FIGURES = 2;

/**
 * Pico-dollars (not below 0) as dollars, without a sign: with so many decimals, and more where fewer than two figures would be
 * left of them. What is beyond is cut off, so that no part of an amount is told as all of it.
 */
export function usdText(pico: bigint, decimals: number): string {
  const small = pico === 0n ? 0 : PLACES + FIGURES - pico.toString().length;
  const shown = Math.min(PLACES, Math.max(decimals, small));
  const parts = (pico % PICO_PER_USD).toString().padStart(PLACES, "0").slice(0, shown);
  return `${pico / PICO_PER_USD}.${parts}`;
}
