import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import { dearestInputPico } from "../../domain/money/price.ts";
import { dearestPrice, tiersFor } from "../../domain/money/service-tier.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { CallPlan } from "../attempt/plan-of.ts";
import type { OpenCall } from "../open-call.ts";
import { besidePico } from "./beside-pico.ts";

/**
 * Sets aside what a question beside the call (to a judge, to who sums up) can cost at most, beside what the call has
 * cost and what one more attempt may. False where the budget has no room for it: then nobody is asked.
 */
export async function coversAside(open: OpenCall, plan: CallPlan, request: CanonicalRequest): Promise<boolean> {
  const { purse, attempts } = open;
  if (purse === undefined) return true;
  const spent = attempts.reduce((sum, { costPico }) => sum + costPico, besidePico(open));
  const morePico = spent + purse.attemptPico + mostPico(plan, request) - purse.hold.amountPico;
  return morePico <= 0n || (await purse.hold.extend(morePico)) === null;
}

/** Tokens that providers put around a request. */
const AROUND = 1_024;
/** Tokens of an answer to a request that names no limit. */
const UNLIMITED = 32_768;

/** At the dearest place that may be asked; a token has at least one byte. */
function mostPico({ targets }: CallPlan, { messages, maxTokens, serviceTier }: CanonicalRequest): bigint {
  const input = BigInt(Buffer.byteLength(JSON.stringify(messages)) + AROUND);
  const output = BigInt(maxTokens ?? UNLIMITED);
  const prices = targets.flatMap(({ deployments }) =>
    deployments.map(({ price }) => dearestPrice(price, tiersFor(serviceTier))),
  );
  return most(prices.map((price) => input * dearestInputPico(price) + output * dearestOutput(price)));
}

const dearestOutput = ({ output, reasoning }: TokenPrice): bigint => most([output, reasoning]);

const most = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((largest, amount) => (amount > largest ? amount : largest), 0n);
