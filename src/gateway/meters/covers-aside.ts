import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import { LONGEST_ANSWER } from "../../domain/limits/answer-maximum.ts";
import { dearestInputPico } from "../../domain/money/price.ts";
import { dearestPrice, tiersFor } from "../../domain/money/service-tier.ts";
import { largerOf } from "../../kit/larger-of.ts";
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

/** At the dearest place that may be asked; a token has at least one byte. */
function mostPico({ targets }: CallPlan, { messages, maxTokens, serviceTier }: CanonicalRequest): bigint {
  const input = Buffer.byteLength(JSON.stringify(messages)) + AROUND;
  const tiers = tiersFor(serviceTier);
  const costs = targets.flatMap(({ deployments }) =>
    deployments.map(({ price: standard, unsaidMaximum }) => {
      const price = dearestPrice(standard, { tiers, mostPrompt: input });
      const output = BigInt(maxTokens ?? unsaidMaximum ?? LONGEST_ANSWER);
      return BigInt(input) * dearestInputPico(price) + output * largerOf(price.output, price.reasoning);
    }),
  );
  return costs.reduce(largerOf, 0n);
}
