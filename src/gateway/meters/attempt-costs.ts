import { mostImageTokens } from "../../domain/context/image-tokens.ts";
import { dearestInputPico } from "../../domain/money/price.ts";
import { dearestPrice } from "../../domain/money/service-tier.ts";
import { planOf } from "../attempt/plan-of.ts";
import type { Deployment } from "../attempt/plan-of.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { mostOutputTokens } from "./expected-tokens.ts";
import { formTokens } from "./form-tokens.ts";
import { mostInputTokens } from "./most-input-tokens.ts";
import { mostUnitsPico } from "./most-units.ts";
import { tiersAsked } from "./tiers-asked.ts";
import { largerOf } from "../../kit/larger-of.ts";

/** The most that one attempt of a rendered call can cost, whichever of its targets is asked, pico-dollars. */
export const mostAttemptPico = (gateway: Gateway, call: OpenCall): bigint =>
  attemptCosts(gateway, call).reduce(largerOf, 0n);

/** The most that one attempt at each target of the plan can cost, at the dearest place that serves it, pico-dollars. */
export function attemptCosts(gateway: Gateway, call: OpenCall): readonly bigint[] {
  const rendered = present(call.rendered);
  const [first] = rendered.targets;
  if (first === undefined) return [];
  const { targets } = planOf(gateway, call);
  const perImage = targets.flatMap(({ deployments }) => deployments.map(({ target }) => mostImageTokens(target.model)));
  const input = BigInt(formTokens(call) ?? mostInputTokens(rendered.bodyFor(first), Math.max(0, ...perImage)));
  return targets.map(({ deployments }) =>
    deployments.reduce((dearest, deployment) => largerOf(dearest, costAt(call, deployment, input)), 0n),
  );
}

function costAt(call: OpenCall, { price: standard, provider, target }: Deployment, input: bigint): bigint {
  const price = dearestPrice(standard, tiersAsked(call));
  const output = BigInt(mostOutputTokens(call, provider.maxOutputs?.get(target.model)));
  const tokens = input * dearestInputPico(price) + output * largerOf(price.output, price.reasoning);
  return tokens + mostUnitsPico(call, price);
}
