import type { Condition, Segments } from "./condition.ts";

/** Most parts of a condition once its segments are written out. */
export const MOST_PARTS = 1_000;

/**
 * The same condition without segments, for what is frozen: a segment may change tomorrow. `null` where a segment is not
 * known or needs itself, and where more than 1,000 parts would come of it.
 */
export function inlineSegments(condition: Condition, segments: Segments): Condition | null {
  const inlining = new Inlining(segments);
  return inlining.write(condition);
}

class Inlining {
  readonly #segments: Segments;
  readonly #open = new Set<string>();
  #parts = 0;

  constructor(segments: Segments) {
    this.#segments = segments;
  }

  write(condition: Condition): Condition | null {
    this.#parts += 1;
    if (this.#parts > MOST_PARTS) return null;
    switch (condition.type) {
      case "attribute":
        return condition;
      case "segment":
        return this.#writeSegment(condition.name);
      case "not": {
        const of = this.write(condition.of);
        return of === null ? null : { type: "not", of };
      }
      default:
        return this.#writeAll(condition.type, condition.of);
    }
  }

  #writeAll(type: "all" | "any", conditions: readonly Condition[]): Condition | null {
    const of: Condition[] = [];
    for (const one of conditions) {
      const written = this.write(one);
      if (written === null) return null;
      of.push(written);
    }
    return { type, of };
  }

  #writeSegment(name: string): Condition | null {
    const segment = this.#segments.get(name);
    if (segment === undefined || this.#open.has(name)) return null;
    this.#open.add(name);
    const written = this.write(segment);
    this.#open.delete(name);
    return written;
  }
}
