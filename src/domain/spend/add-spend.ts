import { TOKEN_CLASSES } from "./spend.ts";
import type { ClassSpend, ModelSpend, TokenClass } from "./spend.ts";

/** Nothing spent. */
export const NO_SPEND: ModelSpend = {
  calls: 0,
  classes: Object.fromEntries(TOKEN_CLASSES.map((each) => [each, { tokens: 0, costPico: 0n }])) as Record<
    TokenClass,
    ClassSpend
  >,
  otherPico: 0n,
  savedPico: 0n,
};

/** Two sums together. */
export const addSpend = (one: ModelSpend, other: ModelSpend): ModelSpend => ({
  calls: one.calls + other.calls,
  classes: Object.fromEntries(
    TOKEN_CLASSES.map((each) => [
      each,
      {
        tokens: one.classes[each].tokens + other.classes[each].tokens,
        costPico: one.classes[each].costPico + other.classes[each].costPico,
      },
    ]),
  ) as Record<TokenClass, ClassSpend>,
  otherPico: one.otherPico + other.otherPico,
  savedPico: one.savedPico + other.savedPico,
});
