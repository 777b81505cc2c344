import { EVENT_NAMES } from "./event-names.ts";
import { GEN_AI_NAMES } from "./gen-ai-names.ts";
import { GENERAL_NAMES } from "./general-names.ts";
import { METRIC_SEMANTIC_NAMES } from "./metric-semantic-names.ts";
import { OWN_NAMES } from "./own-names.ts";
import { SEMANTIC_VERSIONS } from "./semantic-name.ts";
import type { SemanticName, SemanticVersion } from "./semantic-name.ts";

/**
 * The one table of names that telemetry goes out under, after the GenAI conventions of OpenTelemetry (read in 2026:
 * spans v1.41.1, metrics v1.42.0, both in status Development), its stable conventions for HTTP, and our own prefix
 * `rollward.` for what no convention has. A convention that changes is changed in its part of this table and nowhere else.
 */
const NAMES = {
  ...GEN_AI_NAMES,
  ...METRIC_SEMANTIC_NAMES,
  ...GENERAL_NAMES,
  ...OWN_NAMES,
  ...EVENT_NAMES,
} as const;

/** A name by what it means to us. */
export type SemanticKey = keyof typeof NAMES;

/** The table, for documents and tests. */
export const SEMANTIC_NAMES: Readonly<Record<SemanticKey, SemanticName>> = NAMES;

const inVersion = (version: SemanticVersion): Readonly<Record<SemanticKey, string>> =>
  Object.fromEntries(
    Object.entries(SEMANTIC_NAMES).map(([key, { name }]) => [key, typeof name === "string" ? name : name[version]]),
  ) as Record<SemanticKey, string>;

const BY_VERSION: ReadonlyMap<SemanticVersion, Readonly<Record<SemanticKey, string>>> = new Map(
  SEMANTIC_VERSIONS.map((version) => [version, inVersion(version)]),
);

/** What everything is called in a version. */
export const namesIn = (version: SemanticVersion): Readonly<Record<SemanticKey, string>> =>
  BY_VERSION.get(version) ?? inVersion(version);

/** The value of `OTEL_SEMCONV_STABILITY_OPT_IN` that asks for the latest GenAI names. */
const LATEST_OPT_IN = "gen_ai_latest_experimental";

/**
 * The version to emit: what the project says, else the latest. `optIn` is `OTEL_SEMCONV_STABILITY_OPT_IN`, a list with
 * commas; as we have no names of 1.36 to leave, it can only ask for what is emitted anyway, but asking for the latest
 * overrules a project that holds on to old names.
 */
export function semanticVersion(configured: SemanticVersion | undefined, optIn: string | undefined): SemanticVersion {
  const asked = optIn?.split(",").some((word) => word.trim() === LATEST_OPT_IN) === true;
  return asked && configured === "1.41" ? "latest" : (configured ?? "latest");
}
