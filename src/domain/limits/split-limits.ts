import type { LimitRule } from "./limit-rule.ts";

/** Limits by when it is known what falls under them. */
export interface SplitLimits {
  /** Known before the call's release is. */
  readonly ofCalls: readonly LimitRule[];
  /** Go by the model: known when it is about to be asked. */
  readonly ofModels: readonly LimitRule[];
}

/** The limits apart; `undefined` where none goes by the model. */
export function splitLimits(rules: readonly LimitRule[]): SplitLimits | undefined {
  const ofModels = rules.filter(goesByModel);
  return ofModels.length === 0 ? undefined : { ofModels, ofCalls: rules.filter((rule) => !goesByModel(rule)) };
}

const goesByModel = ({ per, only }: LimitRule): boolean => per === "model" || only.models !== undefined;
