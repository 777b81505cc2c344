import { modelCostPico, spendPico, TOKEN_CLASSES } from "./spend.ts";
import type { ClassSpend, ModelSpend, Spend, TokenClass } from "./spend.ts";

/** Why spend changed, pico-dollars: the parts add up to the change exactly. */
export interface SpendChange {
  readonly changePico: bigint;
  /** More or fewer calls, everything else as before. */
  readonly volumePico: bigint;
  /** Calls went to other models. */
  readonly mixPico: bigint;
  /** Calls of a model had more or fewer tokens. */
  readonly tokensPico: bigint;
  /** Tokens moved between classes, such as from fresh to cached input. */
  readonly classesPico: bigint;
  /** A token of a class of a model became dearer or cheaper. */
  readonly pricePico: bigint;
}

/**
 * Takes the change between two times of any length apart. Each part is the difference of two totals of which one
 * more factor has been moved from before to after, in the order volume, mix, tokens, classes, price; so the parts
 * telescope to the change, to the last pico-dollar. A model that is new has no tokens and prices of before: what it
 * costs is mix. Without calls before everything is volume.
 */
export function attributeSpend(before: Spend, after: Spend): SpendChange {
  const from = spendPico(before);
  const to = spendPico(after);
  const calls = { before: callsOf(before), after: callsOf(after) };
  const changePico = to - from;
  if (calls.before === 0n) {
    return { changePico, volumePico: changePico, mixPico: 0n, tokensPico: 0n, classesPico: 0n, pricePico: 0n };
  }
  const volume = rounded(from * calls.after, calls.before);
  let mix = 0n;
  let tokens = 0n;
  let classes = 0n;
  for (const [name, now] of after) {
    const then = before.get(name);
    if (then === undefined || then.calls === 0) {
      const cost = modelCostPico(now);
      mix += cost;
      tokens += cost;
      classes += cost;
      continue;
    }
    const scaled = withCalls(then, now);
    mix += scaled;
    tokens += withTokens(then, now, scaled);
    classes += withClasses(then, now);
  }
  return {
    changePico,
    volumePico: volume - from,
    mixPico: mix - volume,
    tokensPico: tokens - mix,
    classesPico: classes - tokens,
    pricePico: to - classes,
  };
}

const callsOf = (spend: Spend): bigint => [...spend.values()].reduce((sum, { calls }) => sum + BigInt(calls), 0n);

const tokensOf = ({ classes }: ModelSpend): bigint =>
  TOKEN_CLASSES.reduce((sum, each) => sum + BigInt(classes[each].tokens), 0n);

/** What the model would have cost with the calls of now and everything else of then. */
const withCalls = (then: ModelSpend, now: ModelSpend): bigint =>
  rounded(modelCostPico(then) * BigInt(now.calls), BigInt(then.calls));

/** The same with the tokens per call of now, in the classes of then; `scaled` is what it was without. */
function withTokens(then: ModelSpend, now: ModelSpend, scaled: bigint): bigint {
  const tokensThen = tokensOf(then);
  if (tokensThen === 0n) return scaled;
  const other = rounded(then.otherPico * BigInt(now.calls), BigInt(then.calls));
  return other + rounded((modelCostPico(then) - then.otherPico) * tokensOf(now), tokensThen);
}

/** The same with the classes of now at the prices of then; a class that had no price then has its price of now. */
function withClasses(then: ModelSpend, now: ModelSpend): bigint {
  const other = rounded(then.otherPico * BigInt(now.calls), BigInt(then.calls));
  return TOKEN_CLASSES.reduce((sum, each) => sum + atPriceOf(then, now, each), other);
}

function atPriceOf(then: ModelSpend, now: ModelSpend, each: TokenClass): bigint {
  const priced: ClassSpend = then.classes[each].tokens > 0 ? then.classes[each] : now.classes[each];
  if (priced.tokens === 0) return 0n;
  return rounded(priced.costPico * BigInt(now.classes[each].tokens), BigInt(priced.tokens));
}

/** A quotient of integers that are not negative, rounded to the nearest, halves up. */
const rounded = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor);
