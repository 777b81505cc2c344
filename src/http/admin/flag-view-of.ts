import type { z } from "zod";
import type { flagSummary, flagView, killView } from "../../contract/flags.ts";
import { describeCondition } from "../../domain/flags/describe-condition.ts";
import type { FlagKill } from "../../domain/flags/flag-kill.ts";
import type { FlagCount } from "../../domain/flags/flag-tally.ts";
import { defaultVariantIn, isWithin, offVariantIn, shareAt } from "../../domain/flags/flag.ts";
import type { Flag, FlagRule } from "../../domain/flags/flag.ts";
import { stalenessOf } from "../../domain/flags/staleness.ts";
import type { FlagRecord } from "../../ports/flag-store.ts";
import { instantOf } from "./instant-of.ts";

/** A flag and everything that is known of it. */
export interface KnownFlag {
  readonly flag: Flag;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** `null` where nobody has noted its definition yet. */
  readonly record: FlagRecord | null;
  /** What was counted of it here and is not written yet. */
  readonly unwritten: readonly FlagCount[];
  /** Newest first. */
  readonly kills: readonly FlagKill[];
}

/** A flag in lists. */
export function flagSummaryOf(known: KnownFlag): z.input<typeof flagSummary> {
  const { flag, environment, now } = known;
  const counts = countsOf(known);
  const kill = known.kills.find(({ restored }) => restored === null);
  const changedAt = changedAtOf(known);
  const evaluatedAt = counts.length === 0 ? null : Math.max(...counts.map(({ lastAt }) => lastAt));
  const life = { isKilled: kill !== undefined, changedAt: changedAt ?? now, evaluatedAt };
  const stale = stalenessOf(flag, life, { environment, now });
  return {
    flag: flag.key,
    type: flag.type,
    description: flag.description,
    variants: [...flag.variants.keys()],
    default_variant: defaultVariantIn(flag, environment),
    off_variant: offVariantIn(flag, environment),
    rules: flag.rules.length,
    killed: kill === undefined ? null : killViewOf(kill),
    changed_at: changedAt === null ? null : instantOf(changedAt),
    evaluated_at: evaluatedAt === null ? null : instantOf(evaluatedAt),
    evaluations: counts.reduce((sum, { evaluations }) => sum + evaluations, 0),
    stale: stale === null ? null : { why: stale.why, variant: stale.why === "one-sided" ? stale.variant : null },
  };
}

/** A flag with what it consists of. */
export const flagViewOf = (known: KnownFlag): z.input<typeof flagView> => ({
  ...flagSummaryOf(known),
  values: Object.fromEntries(known.flag.variants),
  rules_in_order: known.flag.rules.map((rule) => ruleViewOf(rule, known)),
  prerequisites: known.flag.prerequisites.map(({ flag, variants }) => ({ flag, variants: [...variants] })),
  metadata: { ...known.flag.metadata },
  permanent: known.flag.isPermanent,
  counts: countsOf(known).map(({ variant, evaluations, firstAt, lastAt }) => ({
    variant,
    evaluations,
    first_at: instantOf(firstAt),
    last_at: instantOf(lastAt),
  })),
  kills: known.kills.map(killViewOf),
});

const killViewOf = ({ id, reason, by, at, restored }: FlagKill): z.input<typeof killView> => ({
  id,
  reason,
  by,
  at: instantOf(at),
  restored: restored === null ? null : { ...restored, at: instantOf(restored.at) },
});

function ruleViewOf(
  { name, when, environments, window, exposure, serve }: FlagRule,
  { environment, now }: KnownFlag,
): z.input<typeof flagView>["rules_in_order"][number] {
  return {
    name,
    for: describeCondition(when),
    share: shareAt(exposure, now),
    serves:
      typeof serve === "string"
        ? serve
        : serve.map(({ variant, share }) => `${variant} ${Number((share * 100).toFixed(8))}%`).join(", "),
    in_force: environments?.includes(environment) !== false && isWithin(window, now),
  };
}

type Count = FlagRecord["counts"][number];

/** Counts by variant: those that are written and those that are not yet. */
function countsOf({ record, unwritten }: KnownFlag): readonly Count[] {
  const counts = new Map<string, Count>((record?.counts ?? []).map((count) => [count.variant, count]));
  for (const { flag: _, ...count } of unwritten) {
    const written = counts.get(count.variant);
    counts.set(count.variant, {
      ...count,
      evaluations: count.evaluations + (written?.evaluations ?? 0),
      firstAt: written?.firstAt ?? count.firstAt,
    });
  }
  return [...counts.values()].toSorted((a, b) => (a.variant < b.variant ? -1 : 1));
}

function changedAtOf({ record, kills }: KnownFlag): number | null {
  if (record === null) return null;
  return Math.max(record.since, ...kills.map(({ at, restored }) => restored?.at ?? at));
}
