import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { Condition, Segments } from "./condition.ts";
import type { Flag, FlagSet } from "./flag.ts";

/**
 * The digest of each flag's definition by its key: 64 hex digits that differ when anything differs that could change an
 * evaluation, the segments that it uses included. Its description and metadata say nothing.
 */
export function definitionDigests({ flags, segments }: FlagSet): ReadonlyMap<string, string> {
  const used = new UsedSegments(segments);
  return new Map([...flags].map(([key, flag]) => [key, digestOf(flag, used)]));
}

function digestOf(flag: Flag, used: UsedSegments): string {
  const { type, variants, defaultVariant, defaultIn, offVariant, rules, prerequisites, window, seed, stickiness } =
    flag;
  const names = new Set(rules.flatMap(({ when }) => (when === null ? [] : [...used.by(when)])));
  return sha256Hex(
    canonicalJson({
      type,
      variants: [...variants],
      defaultVariant,
      defaultIn: [...defaultIn],
      offVariant,
      rules,
      prerequisites,
      window,
      seed,
      stickiness,
      segments: [...names].toSorted().map((name) => [name, used.digest(name)]),
    }),
  );
}

/** Which segments conditions use, also by way of others; each segment is looked at once. */
class UsedSegments {
  readonly #segments: Segments;
  readonly #known = new Map<string, ReadonlySet<string>>();
  readonly #digests = new Map<string, string>();

  constructor(segments: Segments) {
    this.#segments = segments;
  }

  by(condition: Condition): ReadonlySet<string> {
    switch (condition.type) {
      case "attribute":
        return new Set();
      case "not":
        return this.by(condition.of);
      case "segment":
        return this.#bySegment(condition.name);
      default:
        return new Set(condition.of.flatMap((one) => [...this.by(one)]));
    }
  }

  digest(name: string): string {
    const known = this.#digests.get(name);
    if (known !== undefined) return known;
    const digest = sha256Hex(canonicalJson(this.#segments.get(name) ?? null));
    this.#digests.set(name, digest);
    return digest;
  }

  #bySegment(name: string): ReadonlySet<string> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // One that needs itself ends here.
    this.#known.set(name, new Set([name]));
    const segment = this.#segments.get(name);
    const used = new Set([name, ...(segment === undefined ? [] : this.by(segment))]);
    this.#known.set(name, used);
    return used;
  }
}
