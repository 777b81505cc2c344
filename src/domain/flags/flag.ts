import type { Json } from "../json.ts";
import type { Condition, Segments } from "./condition.ts";

/** What kind of value all variants of a flag have. */
export type FlagType = "boolean" | "string" | "number" | "object";

/** A stretch of time, epoch milliseconds; `null` is open. `until` is the first moment after it. */
export interface FlagWindow {
  readonly from: number | null;
  readonly until: number | null;
}

/** From a moment on, epoch milliseconds, a rule is for this share of those it matches, in [0, 1]. */
export interface RampStep {
  readonly at: number;
  readonly share: number;
}

/** For whom of those that it matches a rule is: a share in [0, 1], or one that changes with time. */
export type Exposure = number | readonly RampStep[];

/** A variant's share of those whom a rule is for; the shares of a rule sum to 1. */
export interface VariantShare {
  readonly variant: string;
  readonly share: number;
}

/** One targeting rule. Of a flag's rules the first one that is for a context decides. */
export interface FlagRule {
  readonly name: string;
  /** `null` is everybody. */
  readonly when: Condition | null;
  /** Environments in which it is in force; `null` is all. */
  readonly environments: readonly string[] | null;
  readonly window: FlagWindow;
  readonly exposure: Exposure;
  /** The attribute that a unit is told by for percentages; `null` is the flag's. */
  readonly stickiness: string | null;
  /** One variant, or several with their shares, by name. */
  readonly serve: string | readonly VariantShare[];
}

/** A flag that must have one of these variants, or the flag that says so is off. */
export interface Prerequisite {
  readonly flag: string;
  readonly variants: readonly string[];
}

/** A value that metadata may have. */
export type MetadataValue = string | number | boolean;

/** A feature flag as configured. */
export interface Flag {
  readonly key: string;
  readonly type: FlagType;
  readonly description: string;
  readonly variants: ReadonlyMap<string, Json>;
  /** The variant that is served where no rule is for a context, and those of environments that differ. */
  readonly defaultVariant: string;
  readonly defaultIn: ReadonlyMap<string, string>;
  /** Served when the flag is killed, out of its time, or lacks a prerequisite; `null` is the default variant. */
  readonly offVariant: string | null;
  readonly rules: readonly FlagRule[];
  readonly prerequisites: readonly Prerequisite[];
  readonly window: FlagWindow;
  /** Flags with the same seed draw the same for the same unit. */
  readonly seed: string;
  /** The attribute that a unit is told by for percentages. */
  readonly stickiness: string;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  /** Meant to stay, so never stale. */
  readonly isPermanent: boolean;
}

/** All flags of a project. */
export interface FlagSet {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly segments: Segments;
}

/** A project without flags. */
export const NO_FLAGS: FlagSet = { flags: new Map(), segments: new Map() };

/** The attribute that tells a unit where nothing else is said, as OpenFeature names it. */
export const TARGETING_KEY = "targetingKey";

/** The variant that an environment gets where no rule is for a context. */
export const defaultVariantIn = (flag: Flag, environment: string): string =>
  flag.defaultIn.get(environment) ?? flag.defaultVariant;

/** The variant of a flag that is off. */
export const offVariantIn = (flag: Flag, environment: string): string =>
  flag.offVariant ?? defaultVariantIn(flag, environment);

/** Whether a moment lies in a stretch of time. */
export const isWithin = ({ from, until }: FlagWindow, now: number): boolean =>
  (from === null || now >= from) && (until === null || now < until);

/** The share of a rule at a moment: before the first step of a ramp it is for nobody. Steps are in the order of time. */
export function shareAt(exposure: Exposure, now: number): number {
  if (typeof exposure === "number") return exposure;
  return exposure.findLast(({ at }) => at <= now)?.share ?? 0;
}
