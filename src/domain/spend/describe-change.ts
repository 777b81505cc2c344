import { usdText } from "../../kit/usd-text.ts";
import type { SpendChange } from "./attribute-spend.ts";

/** Below a tenth of a cent four decimals leave one figure. */
const TINY_PICO = 1_000_000_000n;

const CENT_PICO = 10_000_000_000n;

const sizeOf = (number: bigint): bigint => (number < 0n ? -number : number);

/** Cents, rounded to the nearest. */
const centsOf = (pico: bigint): bigint => {
  const cents = (sizeOf(pico) + CENT_PICO / 2n) / CENT_PICO;
  return pico < 0n ? -cents : cents;
};

/** Dollars with two decimals and the sign of what was rounded. */
const dollars = (cents: bigint, pico: bigint): string => {
  const size = sizeOf(cents);
  return `${pico < 0n ? "−" : "+"}$${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
};

/** Whole cents of parts that add up to those of the total: the greatest remainders are rounded up. */
function partCents(picos: readonly bigint[], total: bigint): readonly bigint[] {
  const remainderOf = (pico: bigint): bigint => ((pico % CENT_PICO) + CENT_PICO) % CENT_PICO;
  const floors = picos.map((pico) => (pico - remainderOf(pico)) / CENT_PICO);
  const missing = Number(total - floors.reduce((sum, cents) => sum + cents, 0n));
  const order = [...picos.keys()].toSorted((one, other) =>
    remainderOf(picos[one] ?? 0n) > remainderOf(picos[other] ?? 0n) ? -1 : 1,
  );
  const raised = new Set(order.slice(0, Math.max(0, missing)));
  return floors.map((cents, index) => (raised.has(index) ? cents + 1n : cents));
}

/** An amount in words for people: dollars with two decimals, below a cent with four, and more where that would leave one figure or none. */
export function describeAmount(pico: bigint): string {
  if (pico > 0n && pico < TINY_PICO) return `$${usdText(pico, 4)}`;
  const parts = (pico + 50_000_000n) / 100_000_000n;
  const isSmall = parts > 0n && parts < 100n;
  const shown = isSmall ? parts : (parts + 50n) / 100n;
  const [unit, digits] = isSmall ? [10_000n, 4] : [100n, 2];
  return `$${shown / unit}.${String(shown % unit).padStart(digits, "0")}`;
}

/** A change `against` something in words for people, its greatest part first; parts that are nothing are left out. */
export function describeChange({ changePico, ...parts }: SpendChange, against: string): string {
  const named: readonly (readonly [string, bigint])[] = [
    ["number of calls", parts.volumePico],
    ["models", parts.mixPico],
    ["tokens per call", parts.tokensPico],
    ["kinds of tokens (such as cached ones)", parts.classesPico],
    ["prices", parts.pricePico],
  ];
  const shown = named
    .filter(([, pico]) => pico !== 0n)
    .toSorted(([, one], [, other]) => (sizeOf(one) > sizeOf(other) ? -1 : 1));
  const total = centsOf(changePico);
  const cents = partCents(
    shown.map(([, pico]) => pico),
    total,
  );
  const told = shown.map(([name, pico], index) => `${name} ${dollars(cents[index] ?? 0n, pico)}`);
  return `${dollars(total, changePico)} against ${against}${told.length === 0 ? "" : `: ${told.join(", ")}`}`;
}
