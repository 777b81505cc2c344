import { mostImageTokens } from "../../domain/context/image-tokens.ts";
import { dearestInputPico } from "../../domain/money/price.ts";
import { dearestPrice } from "../../domain/money/service-tier.ts";
import { planOf } from "../attempt/plan-of.ts";
import type { Deployment, PlannedTarget } from "../attempt/plan-of.ts";
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
  const input = inputOf(call, targets, rendered.bodyFor(first));
  return targets.map((target) => costAtDearest(call, target, input));
}

/** The most that one attempt can cost at the dearest place of a target, with a body that was written on, pico-dollars. */
export const amendedPico = (call: OpenCall, target: PlannedTarget, body: Buffer): bigint =>
  costAtDearest(call, target, inputOf(call, [target], body));

function inputOf(call: OpenCall, targets: readonly PlannedTarget[], body: Buffer): number {
  const perImage = targets.flatMap(({ deployments }) => deployments.map(({ target }) => mostImageTokens(target.model)));
  return formTokens(call) ?? mostInputTokens(body, Math.max(0, ...perImage));
}

const costAtDearest = (call: OpenCall, { deployments }: PlannedTarget, input: number): bigint =>
  deployments.reduce((dearest, deployment) => largerOf(dearest, costAt(call, deployment, input)), 0n);

function costAt(call: OpenCall, deployment: Deployment, input: number): bigint {
  const price = dearestPrice(deployment.price, { tiers: tiersAsked(call), mostPrompt: input });
  const output = BigInt(mostOutputTokens(call, deployment));
  const tokens = BigInt(input) * dearestInputPico(price) + output * largerOf(price.output, price.reasoning);
  return tokens + mostUnitsPico(call, price);
}
