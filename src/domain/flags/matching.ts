import { attributeOf } from "./attribute-of.ts";
import type { Condition, EvaluationContext, Segments } from "./condition.ts";
import { passes } from "./passes.ts";

/**
 * Holds conditions against one context. A segment is looked at once, however many conditions and segments use it:
 * segments that use each other twice would else double the work with every level.
 */
export class Matching {
  readonly #context: EvaluationContext;
  readonly #segments: Segments;
  /** What is known of segments; one under way is as good as one that does not hold. */
  readonly #known = new Map<string, boolean>();

  constructor(context: EvaluationContext, segments: Segments) {
    this.#context = context;
    this.#segments = segments;
  }

  holds(condition: Condition): boolean {
    switch (condition.type) {
      case "all":
        return condition.of.every((one) => this.holds(one));
      case "any":
        return condition.of.some((one) => this.holds(one));
      case "not":
        return !this.holds(condition.of);
      case "segment":
        return this.#isIn(condition.name);
      default: {
        const value = attributeOf(this.#context, condition.attribute);
        return condition.tests.every((test) => passes(test, value));
      }
    }
  }

  #isIn(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#known.set(name, false);
    const segment = this.#segments.get(name);
    const holds = segment !== undefined && this.holds(segment);
    this.#known.set(name, holds);
    return holds;
  }
}
