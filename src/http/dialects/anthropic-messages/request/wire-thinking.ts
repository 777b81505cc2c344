import type { CanonicalRequest } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import type { WireAsk } from "../../../../ports/dialect.ts";
import { modelTraits, mostTokens } from "./model-traits.ts";
import { untranslatable } from "./untranslatable.ts";

/** Efforts by OpenAI's names and the API's own: the API's word, and the share of `max_tokens` that is thought with. */
const EFFORTS: ReadonlyMap<string, { readonly effort: string; readonly share: number }> = new Map([
  ["minimal", { effort: "low", share: 0.05 }],
  ["low", { effort: "low", share: 0.1 }],
  ["medium", { effort: "medium", share: 0.3 }],
  ["high", { effort: "high", share: 0.6 }],
  ["xhigh", { effort: "xhigh", share: 0.8 }],
  ["max", { effort: "max", share: 0.9 }],
]);

/** The least that the API lets a model think with, tokens. */
const LEAST_BUDGET = 1_024;

/** How the model is to think. */
export interface Thinking {
  /** Members of the body. */
  readonly members: JsonObject;
  /** The effort for `output_config`. */
  readonly effort: string | null;
  readonly isOn: boolean;
}

const UNSAID: Thinking = { members: {}, effort: null, isOn: false };

const OFF: Thinking = { members: { thinking: { type: "disabled" } }, effort: null, isOn: false };

/** Throws `untranslatable` for an effort that the API does not know, or that `max_tokens` leaves no room for. */
export function thinkingOf(
  request: CanonicalRequest,
  ask: Pick<WireAsk, "model" | "provider" | "maxOutput">,
): Thinking {
  const { reasoningTokens, reasoningEffort } = request;
  if (reasoningTokens === 0) return OFF;
  if (reasoningTokens !== null) return budgeted(reasoningTokens, knownEffort(reasoningEffort));
  if (reasoningEffort === null) return UNSAID;
  if (reasoningEffort === "none") return OFF;
  const known = EFFORTS.get(reasoningEffort);
  if (known === undefined) throw untranslatable("reasoning_effort", ask.provider);
  const { thinks } = modelTraits(ask.model);
  if (thinks === "by-effort") {
    return { members: { thinking: { type: "adaptive" } }, effort: known.effort, isOn: true };
  }
  const most = request.maxTokens ?? mostTokens(ask);
  if (most <= LEAST_BUDGET) throw untranslatable("reasoning_effort", ask.provider);
  return budgeted(Math.max(LEAST_BUDGET, Math.floor(most * known.share)), null);
}

const knownEffort = (effort: string | null): string | null =>
  effort === null ? null : (EFFORTS.get(effort)?.effort ?? null);

const budgeted = (budget: number, effort: string | null): Thinking => ({
  members: { thinking: { type: "enabled", budget_tokens: budget } },
  effort,
  isOn: true,
});
