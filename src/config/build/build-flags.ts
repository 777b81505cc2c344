import type { Condition } from "../../domain/flags/condition.ts";
import { TARGETING_KEY } from "../../domain/flags/flag.ts";
import type { Exposure, Flag, FlagRule, FlagSet, FlagWindow } from "../../domain/flags/flag.ts";
import type { Json } from "../../domain/json.ts";
import type { ConditionsInput } from "../schema/condition-schema.ts";
import type { FlagInput, FlagRuleInput } from "../schema/flags-schema.ts";
import { buildCondition } from "./build-condition.ts";

/** The variants of a boolean flag that names none. */
export const BOOLEAN_VARIANTS: Readonly<Record<string, Json>> = { on: true, off: false };

/** What one file says of flags. */
interface FlagSections {
  readonly flags?: Readonly<Record<string, FlagInput>> | undefined;
  readonly segments?: Readonly<Record<string, ConditionsInput>> | undefined;
}

/** The flags and segments of a project's files. No name stands in two of them. */
export const buildFlags = (files: readonly FlagSections[]): FlagSet => ({
  flags: new Map(
    files.flatMap(({ flags = {} }) =>
      Object.entries(flags).map(([key, input]): [string, Flag] => [key, buildFlag(key, input)]),
    ),
  ),
  segments: new Map(
    files.flatMap(({ segments = {} }) =>
      Object.entries(segments).map(([name, input]): [string, Condition] => [name, buildCondition(input)]),
    ),
  ),
});

function buildFlag(key: string, input: FlagInput): Flag {
  const type = input.type ?? "boolean";
  const variants = new Map(Object.entries(input.variants ?? BOOLEAN_VARIANTS));
  const off = [...variants].find(([, value]) => value === false)?.[0];
  return {
    key,
    type,
    description: input.description ?? "",
    variants,
    defaultVariant: input.default,
    defaultIn: new Map(Object.entries(input.default_in ?? {})),
    offVariant: input.off_variant ?? (type === "boolean" ? (off ?? null) : null),
    rules: (input.rules ?? []).map(buildRule),
    prerequisites: Object.entries(input.prerequisites ?? {}).map(([flag, variants]) => ({
      flag,
      variants: [variants].flat(),
    })),
    window: windowOf(input),
    seed: input.seed ?? key,
    stickiness: input.by ?? TARGETING_KEY,
    metadata: input.metadata ?? {},
    isPermanent: input.permanent ?? false,
  };
}

const buildRule = (input: FlagRuleInput): FlagRule => ({
  name: input.name,
  when: input.when === undefined ? null : buildCondition(input.when),
  environments: input.environments ?? null,
  window: windowOf(input),
  exposure: exposureOf(input.percentage),
  stickiness: input.by ?? null,
  serve: typeof input.serve === "string" ? input.serve : sharesOf(input.serve),
});

const windowOf = ({ from, until }: Pick<FlagRuleInput, "from" | "until">): FlagWindow => ({
  from: from ?? null,
  until: until ?? null,
});

function exposureOf(input: FlagRuleInput["percentage"]): Exposure {
  if (input === undefined) return 1;
  if (typeof input === "number") return input;
  return input.map(({ at, percentage }) => ({ at, share: percentage }));
}

/** In the order of the names: how a file orders them says nothing. */
const sharesOf = (shares: Readonly<Record<string, number>>): FlagRule["serve"] =>
  Object.entries(shares)
    .map(([variant, share]) => ({ variant, share }))
    .toSorted((a, b) => (a.variant < b.variant ? -1 : 1));
