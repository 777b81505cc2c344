import type { ContextPolicy } from "../../domain/context/context-policy.ts";
import type { RequestOutline } from "../../domain/call/outline.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";

/** By how much the counts of a call are multiplied: what was learnt of its first model, or of one that needs more. */
export function learntFactor({ calibration }: Gateway, call: OpenCall): number {
  const [first, ...others] = call.placement?.release.content.models ?? [];
  const factor = first === undefined ? 1 : calibration.factor(first.model);
  return others.reduce((most, { model }) => Math.max(most, knownToNeedMore(calibration.factor(model))), factor);
}

/** A model that nobody has asked yet keeps nobody from learning. */
const knownToNeedMore = (factor: number): number => (factor > 1 ? factor : 0);

/** Whether the counts of a conversation are those of its text: images and documents are only bounded. */
export const isTextOnly = ({ messages }: RequestOutline): boolean =>
  messages.every(({ images, attachedBytes }) => images === 0 && attachedBytes === 0);

/** Learns from the usage that a provider has reported for what was counted. */
export function learnFromUsage({ calibration }: Gateway, call: OpenCall): void {
  const last = call.attempts.at(-1);
  const { context } = call;
  if (context?.factor === undefined || last?.end !== "answered" || last.usage === null || last.usage.estimated) return;
  // The text of a summary was not counted.
  if (context.fact.done === "summarised") return;
  const { input, cachedInput, cacheWrite } = last.usage;
  const counted = (context.fact.tokens - context.fact.cutTokens) / context.factor;
  calibration.observe(last.model, { counted, reported: input + cachedInput + cacheWrite });
}

/** Learns from a provider's refusal of what had seemed to fit: it has counted more than the window. */
export function learnFromRefusal({ calibration }: Gateway, call: OpenCall, policy: ContextPolicy): void {
  const last = call.attempts.at(-1);
  const { context } = call;
  if (context?.factor === undefined || last === undefined || context.fact.done === "summarised") return;
  const counted = (context.fact.tokens - context.fact.cutTokens) / context.factor;
  calibration.observe(last.model, { counted, reported: policy.windowTokens - context.fact.reservedTokens });
}
