import type { Json, JsonObject } from "../domain/json.ts";
import type { FaultPolicy, HedgePolicy } from "../domain/release/fault-policy.ts";
import type { ReleasePolicies } from "../domain/release/release.ts";
import type { RoutingPolicy } from "../domain/routing/routing-policy.ts";
import { formatPercent, spellDuration } from "./units.ts";

/** Members that rollward.yaml calls something else than the same in its spelling. */
const WORDS: Readonly<Record<string, string>> = {
  scope: "shared",
  windowTokens: "window",
  reserveTokens: "reserve",
  target: "model",
  "refusal-text": "refusal_text",
};

/** Members that are shares and are written in per cent. */
const SHARES: ReadonlySet<string> = new Set(["budget", "explore", "share", "wrongAtMost", "confidence", "audit"]);

/** The policies of a release in the words of an endpoint in rollward.yaml, defaults included; for people to read. */
export function writtenPolicies(policies: ReleasePolicies): JsonObject {
  const { record, retainBodiesDays, timeouts, faults, checks, context, routing, cache, promptCache } = policies;
  const answer = faults === undefined || faults.answerMs === null ? {} : { answer: spellDuration(faults.answerMs) };
  return {
    record,
    retain_bodies: `${retainBodiesDays}d`,
    timeouts: { ...section(timeouts), ...answer },
    ...(faults !== undefined && writtenFaults(faults)),
    ...(checks !== undefined && { checks: { ...section(checks.actions), unrepaired: checks.unrepaired } }),
    ...(context !== undefined && {
      context: {
        ...section(context),
        overflow: context.overflow === "larger-model" ? "larger_model" : context.overflow,
      },
    }),
    ...(routing !== undefined && { routing: writtenRouting(routing) }),
    ...(cache !== undefined && { cache: section(cache) }),
    ...(promptCache !== undefined && { prompt_cache: section(promptCache) }),
  };
}

function writtenFaults({ retries, fallbacks, hedge, holdBack }: FaultPolicy): JsonObject {
  return {
    retries: section(retries),
    fallbacks: section(fallbacks),
    ...(hedge !== null && { hedge: { after: writtenHedge(hedge) } }),
    ...(holdBack !== null && {
      hold_back: { characters: holdBack.characters, time: spellDuration(holdBack.ms) },
    }),
  };
}

const writtenHedge = (hedge: HedgePolicy): string =>
  hedge.type === "delay" ? spellDuration(hedge.afterMs) : `p${Math.round(hedge.quantile * 100)}`;

function writtenRouting({ strategy: { type, ...rest }, ...policy }: RoutingPolicy): JsonObject {
  const { verifiers, ...terms } = section(rest);
  return { ...section(policy), strategy: type, ...terms, ...(verifiers !== undefined && { escalate: verifiers }) };
}

/** Members under their written names; what is not set is left out. */
const section = (members: object): JsonObject =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]): readonly [string, Json] => [wordOf(key), valueOf(key, value)]),
  );

const wordOf = (key: string): string =>
  WORDS[key] ??
  (key.endsWith("Ms") ? key.slice(0, -2) : key).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function valueOf(key: string, value: unknown): Json {
  if (typeof value === "number" && key.endsWith("Ms")) return spellDuration(value);
  if (typeof value === "number" && SHARES.has(key)) return formatPercent(value);
  if (Array.isArray(value)) return value.map((one: unknown) => valueOf("", one));
  if (typeof value !== "object" || value === null) return value as Json;
  const { provider, model, ...rest } = value as Readonly<Record<string, unknown>>;
  const isModel = typeof provider === "string" && typeof model === "string" && Object.keys(rest).length === 0;
  return isModel ? `${provider}/${model}` : section(value);
}
