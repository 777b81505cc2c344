import type { AttemptRecord } from "../../domain/call/call-record.ts";
import type { Units } from "../../domain/call/units.ts";
import { estimateUsage, tokensOfBytes, unseenOutput, usageSoFar } from "../../domain/money/estimate-usage.ts";
import { costPico, unitCostPico } from "../../domain/money/price.ts";
import type { MeteredUsage } from "../../domain/money/price.ts";
import { stepAbove } from "../../domain/money/price-in-force.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";
import type { AttemptTerms } from "./attempt.ts";

/** What an attempt has come to. */
export interface Spent {
  readonly terms: Pick<AttemptTerms, "price" | "stream" | "requestTokens" | "tier" | "most">;
  readonly facts: AnswerFacts;
  /** How long it took, milliseconds. */
  readonly ms: number;
  /** Whether it was broken off after it was sent: the provider has read the request all the same, and will charge for it. */
  readonly wasReadForNothing: boolean;
}

/** What an attempt has used and what that costs: tokens by the price of their class; an image, sound and what is spoken by their own price, where there is one. */
export function billOf(spent: Spent): Pick<AttemptRecord, "usage" | "units" | "costPico" | "priceAbove"> {
  const { facts, terms } = spent;
  const usage = usageOf(spent);
  const tokens = usage === null ? 0n : costPico(usage, terms.price);
  const priceAbove = usage === null ? undefined : stepAbove(terms.price, usage);
  const step = priceAbove === undefined ? {} : { priceAbove };
  const units = facts.begun ? facts.units : unseenUnits(spent);
  if (units == null) return { usage, costPico: tokens, ...step };
  const cost = unitCostPico(units, terms.price);
  const isPriced = cost !== null || usage !== null;
  return { usage, units: { ...units, priced: isPriced }, costPico: tokens + (cost ?? 0n), ...step };
}

function usageOf(spent: Spent): MeteredUsage | null {
  const { terms, facts, wasReadForNothing } = spent;
  const { usage, characters, begun, finishReason, units, unmeteredBytes } = facts;
  // What is not counted in tokens has none to estimate.
  if (units !== undefined && usage === null) return null;
  if (usage !== null && finishReason !== null) return { ...usage, estimated: false };
  const unseen = wasReadForNothing && !terms.stream ? unseenTokens(spent) : 0;
  if (usage !== null) {
    const soFar = usageSoFar(usage, characters, wasReadForNothing ? unmeteredBytes : 0);
    return atTier(terms, { ...soFar, output: Math.max(soFar.output, unseen - soFar.reasoning) });
  }
  if (!begun && !wasReadForNothing) return null;
  const input = unmeteredBytes === undefined ? terms.requestTokens() : tokensOfBytes(unmeteredBytes);
  const estimated = estimateUsage(input, characters);
  return atTier(terms, { ...estimated, output: Math.max(estimated.output, unseen) });
}

/** An answer that comes as a whole was being made unseen; of a stream it would have been heard. */
const unseenTokens = ({ terms: { most }, ms }: Spent): number =>
  most === undefined ? 0 : unseenOutput(ms, most().outputTokens);

const unseenUnits = ({ terms, wasReadForNothing }: Spent): Units | null =>
  wasReadForNothing ? (terms.most?.().units ?? null) : null;

function atTier({ tier }: Spent["terms"], usage: MeteredUsage): MeteredUsage {
  return tier === undefined || usage.tier !== undefined ? usage : { ...usage, tier };
}
