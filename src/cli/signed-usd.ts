/** Pico-dollars as dollars with six decimals, rounded; below 0 with a minus. */
export function signedUsd(pico: string): string {
  const value = BigInt(pico);
  const size = value < 0n ? -value : value;
  const micro = (size + 500_000n) / 1_000_000n;
  return `${value < 0n ? "-" : ""}$${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, "0")}`;
}
