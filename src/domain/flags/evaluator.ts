import { attributeOf } from "./attribute-of.ts";
import type { EvaluationContext } from "./condition.ts";
import { drawUnit } from "./draw-unit.ts";
import type { Evaluation, EvaluationError, OffCause, Reason } from "./evaluation.ts";
import { TARGETING_KEY, defaultVariantIn, isWithin, offVariantIn, shareAt } from "./flag.ts";
import type { Flag, FlagRule, FlagSet } from "./flag.ts";
import { Matching } from "./matching.ts";
import { variantAt } from "./variant-at.ts";

/** What flags are evaluated with, beside a context. */
export interface EvaluationTerms {
  readonly set: FlagSet;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether a flag has been killed. */
  readonly isKilled: (key: string) => boolean;
}

/** Flags that may need one another in a row. Configuration allows fewer; more are an error, never a stack that is full. */
const MOST_LEVELS = 64;

/** What decided a flag, before its value is looked up. */
interface Decision {
  readonly variant: string;
  readonly reason: Reason;
  readonly rule?: string;
  readonly cause?: OffCause;
  readonly error?: EvaluationError;
}

/**
 * Evaluates flags for one context, as many as are asked for: segments and prerequisites are looked at once. Pure: the same
 * terms and context give the same answer, and every context gives exactly one variant.
 */
export class Evaluator {
  readonly #terms: EvaluationTerms;
  readonly #context: EvaluationContext;
  readonly #matching: Matching;
  /** Decisions by flag; `null` is one under way. */
  readonly #decided = new Map<string, Decision | null>();
  #levels = 0;

  constructor(terms: EvaluationTerms, context: EvaluationContext) {
    this.#terms = terms;
    this.#context = context;
    this.#matching = new Matching(context, terms.set.segments);
  }

  /** `null` when there is no such flag. */
  evaluate(key: string): Evaluation | null {
    const flag = this.#terms.set.flags.get(key);
    if (flag === undefined) return null;
    const { variant, reason, rule, cause, error } = this.#decide(flag);
    return {
      key,
      value: flag.variants.get(variant) ?? null,
      variant,
      reason,
      rule: rule ?? null,
      cause: cause ?? null,
      error: error ?? null,
      metadata: flag.metadata,
    };
  }

  #decide(flag: Flag): Decision {
    const known = this.#decided.get(flag.key);
    if (known === null || this.#levels >= MOST_LEVELS) return this.#failed(flag, CIRCULAR);
    if (known !== undefined) return known;
    this.#decided.set(flag.key, null);
    this.#levels += 1;
    const decision = this.#offCause(flag) ?? this.#byRules(flag);
    this.#levels -= 1;
    this.#decided.set(flag.key, decision);
    return decision;
  }

  #offCause(flag: Flag): Decision | null {
    const { isKilled, now, environment } = this.#terms;
    const off = (cause: OffCause): Decision => ({
      variant: offVariantIn(flag, environment),
      reason: "DISABLED",
      cause,
    });
    if (isKilled(flag.key)) return off("killed");
    if (!isWithin(flag.window, now)) return off("schedule");
    for (const { flag: key, variants } of flag.prerequisites) {
      const needed = this.#terms.set.flags.get(key);
      const decision = needed === undefined ? null : this.#decide(needed);
      if (decision?.error !== undefined) return this.#failed(flag, decision.error);
      if (decision === null || !variants.includes(decision.variant)) return off("prerequisite");
    }
    return null;
  }

  #byRules(flag: Flag): Decision {
    for (const rule of flag.rules) {
      const decision = this.#byRule(flag, rule);
      if (decision !== null) return decision;
    }
    const isStatic = flag.rules.length === 0;
    return { variant: defaultVariantIn(flag, this.#terms.environment), reason: isStatic ? "STATIC" : "DEFAULT" };
  }

  /** `null` when the rule is not for this context. */
  #byRule(flag: Flag, rule: FlagRule): Decision | null {
    const { environment, now } = this.#terms;
    if (rule.environments?.includes(environment) === false || !isWithin(rule.window, now)) return null;
    const share = shareAt(rule.exposure, now);
    if (share <= 0 || (rule.when !== null && !this.#matching.holds(rule.when))) return null;
    const { serve, name } = rule;
    if (share >= 1 && typeof serve === "string") return { variant: serve, reason: "TARGETING_MATCH", rule: name };
    const unit = this.#unitBy(rule.stickiness ?? flag.stickiness);
    if (typeof unit === "object") return this.#failed(flag, unit);
    if (share < 1 && drawUnit(flag.seed, "exposure", unit) >= share) return null;
    const variant = typeof serve === "string" ? serve : variantAt(drawUnit(flag.seed, "variant", unit), serve);
    return { variant, reason: "SPLIT", rule: name };
  }

  /** What a context is told by in a draw, or why it cannot be told. */
  #unitBy(attribute: string): string | EvaluationError {
    const value = attributeOf(this.#context, attribute);
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (typeof value === "string" && value !== "") return value;
    return attribute === TARGETING_KEY ? NO_TARGETING_KEY : noUnit(attribute);
  }

  #failed(flag: Flag, error: EvaluationError): Decision {
    return { variant: defaultVariantIn(flag, this.#terms.environment), reason: "ERROR", error };
  }
}

const CIRCULAR: EvaluationError = { code: "GENERAL", message: "This flag needs itself, or too many others in a row." };

const NO_TARGETING_KEY: EvaluationError = {
  code: "TARGETING_KEY_MISSING",
  message: "A percentage of this flag needs `targetingKey` in the context: a text that is not empty.",
};

const noUnit = (attribute: string): EvaluationError => ({
  code: "INVALID_CONTEXT",
  message: `A percentage of this flag needs \`${attribute}\` in the context: a text that is not empty, or a number.`,
});
