import type { Json, JsonObject } from "../domain/json.ts";
import { type Change, diffValues } from "../domain/release/diff.ts";
import { canonicalJson } from "../kit/canonical-json.ts";
import { fileText } from "./content/file-text.ts";
import { resolveReference } from "./content/reference.ts";
import type { ModelSettings, Project, ProjectFiles } from "./project.ts";
import { inEnvironment } from "./source/in-environment.ts";
import { readYaml } from "./source/yaml-file.ts";
import { spellPrice } from "./spell-price.ts";

/** A project without mistakes and the files that it was read from. */
export interface ReadProject {
  readonly files: ProjectFiles;
  readonly project: Project;
}

/** One part of a project that changes by itself: what is in force because of it, and how it is written. */
interface Part {
  readonly settings: Json;
  readonly written: Json | undefined;
}

/** Deeper than rollward.yaml goes outside of endpoints' parameters. */
const DEPTH = 12;

/** Keys of `limits` that stand in one setting each. */
const BOUNDS = {
  body_bytes: "bodyBytes",
  answer_bytes: "answerBytes",
  in_flight: "inFlight",
  connections_per_address: "connectionsPerAddress",
  cache_bytes: "cacheBytes",
  result_bytes: "resultBytes",
} as const;

/**
 * What differs between two projects outside of releases, in the words of rollward.yaml; empty when the same is in
 * force with both. Another spelling of the same (`60m` for `1h`, a default written out) is no change. The prices of
 * models are those in force, in USD per million, wherever they come from. Files hold no secrets, only their names.
 */
export function projectChanges(before: ReadProject, after: ReadProject): readonly Change[] {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((path) => {
    const [was, is] = [old.get(path), fresh.get(path)];
    if (was !== undefined && is !== undefined && canonicalJson(was.settings) === canonicalJson(is.settings)) return [];
    return diffValues("project", path, { before: was?.written, after: is?.written, depth: DEPTH });
  });
}

function partsOf({ files, project }: ReadProject): ReadonlyMap<string, Part> {
  const document = documentOf(files, project.environment);
  return new Map([
    ["environment", { settings: project.environment, written: document["environment"] }],
    ...providerParts(document, project),
    ...endpointParts(document, project),
    ...[...project.aliases].map(([name, target]) => part(`aliases.${name}`, target, target)),
    ...limitParts(document, project),
    ...meterParts(document, project),
    ...resultParts(document, project),
    ...flagParts(document, { files, project }),
    ...project.pauses.map((rule) => part(`pauses.${rule.name}`, rule, section(document, "pauses")[rule.name])),
    ...(["alerts", "notifiers", "slos", "slo_files"] as const).map((name) =>
      part(name, project.alerts, document[name]),
    ),
    part("telemetry", project.telemetry ?? null, document["telemetry"]),
    part("incidents", project.incidents, document["incidents"]),
    part("status_page", project.statusPage, document["status_page"]),
    part("reports", project.reports, document["reports"]),
    part("releases", project.releases, section(section(document, "environments"), project.environment)["releases"]),
    part("retain_facts", project.retainFactsDays, document["retain_facts"]),
  ]);
}

type Named = readonly [path: string, part: Part];

const part = (path: string, settings: unknown, written: Json | undefined): Named => [
  path,
  { settings: jsonOf(settings), written },
];

function providerParts(document: JsonObject, { providers, pools }: Project): readonly Named[] {
  const written = section(document, "providers");
  return [
    ...[...providers].map(([name, settings]) => {
      const own = section(written, name);
      const models = section(own, "models");
      const declared = [...settings.models].map(([id, model]) => [
        id,
        { ...section(models, id), ...spellModel(model) },
      ]);
      return part(`providers.${name}`, settings, { ...own, models: Object.fromEntries(declared) });
    }),
    ...[...pools].map(([name, settings]) => part(`providers.${name}`, settings, written[name])),
  ];
}

/** Of an endpoint what is not part of its release; the rest is told release by release. */
function endpointParts(document: JsonObject, { endpoints }: Project): readonly Named[] {
  const written = section(document, "endpoints");
  return [...endpoints].flatMap(([name, { plan, sessions }]) => {
    const own = section(written, name);
    return [
      part(`endpoints.${name}`, name, "declared"),
      part(`endpoints.${name}.sessions`, sessions, own["sessions"]),
      part(`endpoints.${name}.rollout`, plan, own["rollout"]),
    ];
  });
}

function limitParts(document: JsonObject, { limits }: Project): readonly Named[] {
  const written = section(document, "limits");
  return Object.entries(BOUNDS).map(([key, setting]) => part(`limits.${key}`, limits[setting], written[key]));
}

function meterParts(document: JsonObject, { meters }: Project): readonly Named[] {
  if (meters === null) return [];
  const limits = section(document, "limits");
  const [rates, budgets] = [section(limits, "rates"), section(document, "budgets")];
  return [
    ...meters.limits.map((rule) => part(`limits.rates.${rule.name}`, rule, rates[rule.name])),
    part("limits.queue", meters.queue, limits["queue"]),
    ...meters.budgets.map((rule) => part(`budgets.${rule.name}`, rule, budgets[rule.name])),
  ];
}

function resultParts(document: JsonObject, { results }: Project): readonly Named[] {
  const [tools, retrieval] = [section(document, "tools"), section(document, "retrieval")];
  return [
    ...[...results.tools].map(([name, policy]) => part(`tools.${name}`, policy, tools[name])),
    ...[...results.retrieval].map(([name, policy]) => part(`retrieval.${name}`, policy, retrieval[name])),
  ];
}

function flagParts(
  document: JsonObject,
  {
    files,
    project: {
      flags: { flags, segments },
      flagOrigins,
      evaluations,
      feedbackRate,
    },
  }: ReadProject,
): readonly Named[] {
  const all = [document, ...flagDocuments(document, files)];
  const written = Object.assign({}, ...all.map((one) => section(one, "flags"))) as JsonObject;
  const conditions = Object.assign({}, ...all.map((one) => section(one, "segments"))) as JsonObject;
  return [
    part("limits.evaluations", evaluations, section(document, "limits")["evaluations"]),
    part("limits.feedback", feedbackRate, section(document, "limits")["feedback"]),
    part("flag_origins", flagOrigins, document["flag_origins"]),
    ...[...flags].map(([name, flag]) => part(`flags.${name}`, flag, written[name])),
    ...[...segments].map(([name, segment]) => part(`segments.${name}`, segment, conditions[name])),
  ];
}

/** The main file as data, as it reads in an environment. It was read before, so it is there and a mapping. */
function documentOf({ main, files }: ProjectFiles, environment: string): JsonObject {
  const text = fileText(main, files.get(main) ?? "");
  const value = "mistake" in text ? null : jsonOf(inEnvironment(readYaml(main, text.text), environment).value);
  return isObject(value) ? value : {};
}

/** The files with more flags, as data. */
function flagDocuments({ flag_files: written }: JsonObject, { main, files }: ProjectFiles): readonly JsonObject[] {
  const references = Array.isArray(written) ? (written as readonly Json[]) : [];
  return references.flatMap((reference) => {
    const resolved = typeof reference === "string" ? resolveReference(main, reference) : null;
    if (resolved === null || !("path" in resolved)) return [];
    const text = fileText(resolved.path, files.get(resolved.path) ?? "");
    const value = "mistake" in text ? null : jsonOf(readYaml(resolved.path, text.text).value);
    return isObject(value) ? [value] : [];
  });
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function section(parent: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isObject(value) ? value : {};
}

/** What is in force of a model whether it is written or from the catalogue. */
const spellModel = ({ price, maxOutput, cacheMinimum }: ModelSettings): JsonObject => ({
  price: spellPrice(price),
  ...(maxOutput !== undefined && { max_output: maxOutput }),
  ...(cacheMinimum !== undefined && { cache_minimum: cacheMinimum }),
});

/** Settings as plain data that has a canonical form. */
function jsonOf(value: unknown): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return null;
  const members = value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : Object.entries(value);
  return Object.fromEntries(
    members
      .filter(([, member]) => member !== undefined)
      .map(([key, member]): readonly [string, Json] => [String(key).toWellFormed(), jsonOf(member)]),
  );
}
