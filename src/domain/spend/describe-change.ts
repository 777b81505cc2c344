import { usdText } from "../../kit/usd-text.ts";
import type { SpendChange } from "./attribute-spend.ts";

/** Below a tenth of a cent four decimals leave one figure. */
const TINY_PICO = 1_000_000_000n;

/** Dollars with two decimals and a sign, cents rounded to the nearest. */
const dollars = (pico: bigint): string => {
  const size = pico < 0n ? -pico : pico;
  const cents = (size + 5_000_000_000n) / 10_000_000_000n;
  return `${pico < 0n ? "−" : "+"}$${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
};

/** An amount in words for people: dollars with two decimals, below a cent with four, and more where that would leave one figure or none. */
export function describeAmount(pico: bigint): string {
  if (pico > 0n && pico < TINY_PICO) return `$${usdText(pico, 4)}`;
  const parts = (pico + 50_000_000n) / 100_000_000n;
  const isSmall = parts > 0n && parts < 100n;
  const shown = isSmall ? parts : (parts + 50n) / 100n;
  const [unit, digits] = isSmall ? [10_000n, 4] : [100n, 2];
  return `$${shown / unit}.${String(shown % unit).padStart(digits, "0")}`;
}

/** A change in words for people, its greatest part first; parts that are nothing are left out. */
export function describeChange({ changePico, ...parts }: SpendChange): string {
  const named: readonly (readonly [string, bigint])[] = [
    ["number of calls", parts.volumePico],
    ["models", parts.mixPico],
    ["tokens per call", parts.tokensPico],
    ["kinds of tokens (such as cached ones)", parts.classesPico],
    ["prices", parts.pricePico],
  ];
  const size = (pico: bigint): bigint => (pico < 0n ? -pico : pico);
  const told = named
    .filter(([, pico]) => pico !== 0n)
    .toSorted(([, one], [, other]) => (size(one) > size(other) ? -1 : 1))
    .map(([name, pico]) => `${name} ${dollars(pico)}`);
  return `${dollars(changePico)} against the same hour of the day before${told.length === 0 ? "" : `: ${told.join(", ")}`}`;
}
