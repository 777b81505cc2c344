import type { TokenUsage } from "../money/price.ts";
import type { PrefixOutline } from "./prefix-outline.ts";
import { remember } from "./remember.ts";

/** Tokens per byte before a model has told any: rather too few, so that a prefix is not marked below the least. */
const FIRST_DENSITY = 0.2;
/** Below what was measured, because one part of a request may be less dense than the whole. */
const MARGIN = 0.9;
const STEP = 0.1;
/** Shorter requests say little: what a format adds weighs too much. */
const LEAST_BYTES = 1_000;
const MOST_MODELS = 1_000;

/** How many tokens a byte makes, by model, from what providers have counted. Bounded, deterministic. */
export class TokenDensity {
  readonly #byModel = new Map<string, number>();

  /** Tokens of so many bytes, rather too few than too many. */
  tokensOf(model: string, bytes: number): number {
    return Math.floor(bytes * (this.#byModel.get(model) ?? FIRST_DENSITY));
  }

  /** A provider has counted a request; only texts tell. */
  observe(model: string, { ends, isText }: PrefixOutline, { input, cachedInput, cacheWrite }: TokenUsage): void {
    const bytes = ends.at(-1)?.bytes ?? 0;
    const tokens = input + cachedInput + cacheWrite;
    if (!isText || bytes < LEAST_BYTES || tokens === 0) return;
    const measured = Math.min(1, (tokens / bytes) * MARGIN);
    const before = this.#byModel.get(model) ?? measured;
    remember(this.#byModel, model, { value: before + (measured - before) * STEP, most: MOST_MODELS });
  }
}
