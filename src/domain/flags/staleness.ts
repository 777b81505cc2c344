import { defaultVariantIn, offVariantIn } from "./flag.ts";
import type { Flag, FlagRule } from "./flag.ts";

/** After this long without a change a flag that has only one side has done its work, and one that nobody asks for is forgotten. */
export const STALE_AFTER_MS = 14 * 86_400_000;

/** What is known of a flag's life. Times are epoch milliseconds. */
export interface FlagLife {
  readonly isKilled: boolean;
  /** When its definition, a segment it uses, or its kill switch last changed. */
  readonly changedAt: number;
  /** When it was last evaluated by anybody; `null` is never. */
  readonly evaluatedAt: number | null;
}

/** Why a flag is stale. */
export type Staleness = { readonly why: "one-sided"; readonly variant: string } | { readonly why: "never-evaluated" };

/**
 * Whether a flag can be taken out: unchanged for two weeks, and everybody gets the same variant or nobody ever asked.
 * `null` is no, and the answer for a flag that is meant to stay.
 */
export function stalenessOf(
  flag: Flag,
  life: FlagLife,
  { environment, now }: { readonly environment: string; readonly now: number },
): Staleness | null {
  if (flag.isPermanent || now - life.changedAt < STALE_AFTER_MS) return null;
  if (life.evaluatedAt === null) return { why: "never-evaluated" };
  const sides = life.isKilled ? new Set([offVariantIn(flag, environment)]) : sidesOf(flag, environment, now);
  const [variant] = sides;
  return sides.size === 1 && variant !== undefined ? { why: "one-sided", variant } : null;
}

/** Every variant that somebody may get from now on, if nobody changes the flag. */
export function sidesOf(flag: Flag, environment: string, now: number): ReadonlySet<string> {
  const sides = new Set<string>();
  const { from, until } = flag.window;
  const isOver = until !== null && until <= now;
  if (flag.prerequisites.length > 0 || isOver || until !== null || (from !== null && from > now)) {
    sides.add(offVariantIn(flag, environment));
  }
  if (isOver) return sides;
  for (const rule of flag.rules) {
    if (!isReachable(rule, environment, now)) continue;
    for (const variant of servedBy(rule)) sides.add(variant);
    if (isForAll(rule, now)) return sides;
  }
  return sides.add(defaultVariantIn(flag, environment));
}

/** Shares that a rule has now or will have. */
function sharesFrom({ exposure }: FlagRule, now: number): readonly number[] {
  if (typeof exposure === "number") return [exposure];
  const current = exposure.findLastIndex(({ at }) => at <= now);
  const ahead = exposure.slice(Math.max(0, current)).map(({ share }) => share);
  return current < 0 ? [0, ...ahead] : ahead;
}

const isReachable = (rule: FlagRule, environment: string, now: number): boolean =>
  rule.environments?.includes(environment) !== false &&
  (rule.window.until === null || rule.window.until > now) &&
  sharesFrom(rule, now).some((share) => share > 0);

/** Whether nobody gets past this rule any more. */
const isForAll = (rule: FlagRule, now: number): boolean =>
  rule.when === null &&
  rule.window.until === null &&
  (rule.window.from === null || rule.window.from <= now) &&
  sharesFrom(rule, now).every((share) => share >= 1);

const servedBy = ({ serve }: FlagRule): readonly string[] =>
  typeof serve === "string" ? [serve] : serve.flatMap(({ variant, share }) => (share > 0 ? [variant] : []));
