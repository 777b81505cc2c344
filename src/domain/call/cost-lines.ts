import { priceInForce } from "../money/price-in-force.ts";
import { unitCostPico } from "../money/price.ts";
import type { TokenPrice } from "../money/price.ts";
import type { AttemptRecord, CallFacts } from "./call-record.ts";

/** A line of the bill of a call. */
export interface CostLine {
  /** Position of the attempt. */
  readonly attempt: number;
  readonly model: string;
  readonly what:
    | "input"
    | "cached input"
    | "cache write"
    | "cache write, 1 h"
    | "output"
    | "reasoning"
    | "image"
    | "second"
    | "character";
  readonly count: number;
  /** Of one, pico-dollars; `null` where it has no price, and for seconds, whose price is by the minute. */
  readonly pricePico: bigint | null;
  readonly costPico: bigint | null;
}

/** The cost of a call worked out. */
export interface CostBill {
  readonly lines: readonly CostLine[];
  readonly linesPico: bigint;
  /** Whether every attempt's lines come to what was recorded of it. */
  readonly isRecorded: boolean;
  /** What the call has cost beyond its attempts. */
  readonly otherPico: bigint;
}

/** Works out what a call cost, by the prices that `priceOf` knows of a provider's model: tokens by class times price. */
export function billOf(
  { attempts, costPico }: Pick<CallFacts, "attempts" | "costPico">,
  priceOf: (attempt: AttemptRecord) => TokenPrice | null,
): CostBill {
  const byAttempt = attempts.map((attempt, index) => linesOf(attempt, index, priceOf(attempt)));
  const sums = byAttempt.map((lines) => lines.reduce((sum, line) => sum + (line.costPico ?? 0n), 0n));
  return {
    lines: byAttempt.flat(),
    linesPico: sums.reduce((sum, one) => sum + one, 0n),
    isRecorded: attempts.every((attempt, index) => attempt.costPico === sums[index]),
    otherPico: costPico - attempts.reduce((sum, attempt) => sum + attempt.costPico, 0n),
  };
}

function linesOf(
  { model, usage, units }: AttemptRecord,
  attempt: number,
  standard: TokenPrice | null,
): readonly CostLine[] {
  const lines: CostLine[] = [];
  const add = (what: CostLine["what"], count: number, pricePico: bigint | null): void => {
    if (count > 0)
      lines.push({
        attempt,
        model,
        what,
        count,
        pricePico,
        costPico: pricePico === null ? null : BigInt(count) * pricePico,
      });
  };
  if (usage !== null) {
    const price = standard === null ? null : priceInForce(standard, usage);
    const long = Math.min(usage.cacheWrite, usage.cacheWrite1h ?? 0);
    add("input", usage.input, price?.input ?? null);
    add("cached input", usage.cachedInput, price?.cachedInput ?? null);
    add("cache write", usage.cacheWrite - long, price?.cacheWrite ?? null);
    add("cache write, 1 h", long, price?.cacheWrite1h ?? price?.cacheWrite ?? null);
    add("output", usage.output, price?.output ?? null);
    add("reasoning", usage.reasoning, price?.reasoning ?? null);
  }
  if (units !== undefined) {
    const { unit, count } = units;
    const pricePico = unit === "second" ? null : (standard?.units?.[unit] ?? null);
    lines.push({
      attempt,
      model,
      what: unit,
      count,
      pricePico,
      costPico: standard === null ? null : unitCostPico(units, standard),
    });
  }
  return lines;
}
