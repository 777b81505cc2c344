/** The classes of tokens, which never overlap. */
export const TOKEN_CLASSES = ["input", "cachedInput", "cacheWrite", "output", "reasoning"] as const;

export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** Tokens of one class and what they cost, pico-dollars. */
export interface ClassSpend {
  readonly tokens: number;
  readonly costPico: bigint;
}

/** What the calls of one model came to over some time. */
export interface ModelSpend {
  readonly calls: number;
  readonly classes: Readonly<Record<TokenClass, ClassSpend>>;
  /** Cost of what is not counted in tokens (images, minutes), pico-dollars. */
  readonly otherPico: bigint;
  /** What the provider's prompt cache has saved, pico-dollars; below 0 where more was written than read. No cost. */
  readonly savedPico: bigint;
}

/** Spend by model, `provider/model`. */
export type Spend = ReadonlyMap<string, ModelSpend>;

/** Everything that a model's calls cost, pico-dollars. */
export const modelCostPico = ({ classes, otherPico }: ModelSpend): bigint =>
  TOKEN_CLASSES.reduce((sum, each) => sum + classes[each].costPico, otherPico);

/** Everything together, pico-dollars. */
export const spendPico = (spend: Spend): bigint =>
  [...spend.values()].reduce((sum, model) => sum + modelCostPico(model), 0n);
