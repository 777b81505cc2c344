import type { Slo } from "../domain/slo/slo.ts";
import type { Catalogue } from "../contract/catalogue/schema.ts";
import { buildAlerts } from "./build/build-alerts.ts";
import { buildIncidents, buildReports, buildStatusPage } from "./build/build-seeing.ts";
import { windowsIn } from "./build/build-context-policy.ts";
import { buildEndpoint } from "./build/build-endpoint.ts";
import { buildFlags } from "./build/build-flags.ts";
import { buildMeters, evaluationRateOf, feedbackRateOf } from "./build/build-meters.ts";
import { buildPauses } from "./build/build-pauses.ts";
import { buildFreezes } from "./build/build-windows.ts";
import { buildPool, buildProvider, priceVersion } from "./build/build-provider.ts";
import { buildResults } from "./build/build-results.ts";
import { buildSlos } from "./build/build-slos.ts";
import { buildShedding } from "./build/build-shedding.ts";
import { buildTelemetry } from "./build/build-telemetry.ts";
import { checkAnswerChecks } from "./checks/check-answer-checks.ts";
import { checkAlerts } from "./checks/check-alerts.ts";
import { checkSeeing } from "./checks/check-seeing.ts";
import { checkAliases } from "./checks/check-aliases.ts";
import { checkCache } from "./checks/check-cache.ts";
import { checkContext } from "./checks/check-context.ts";
import { checkEnvironments, tooManyEnvironments, unknownEnvironment } from "./checks/check-environments.ts";
import { checkSameReleases } from "./checks/check-same-releases.ts";
import { checkFaultHandling } from "./checks/check-fault-handling.ts";
import { checkFlags } from "./checks/check-flags.ts";
import { checkGates } from "./checks/check-gates.ts";
import { checkMeters } from "./checks/check-meters.ts";
import { checkModels } from "./checks/check-models.ts";
import { checkNames } from "./checks/check-names.ts";
import { checkPauses } from "./checks/check-pauses.ts";
import { checkPolicies } from "./checks/check-policies.ts";
import { checkResults } from "./checks/check-results.ts";
import { checkPromptCache } from "./checks/check-prompt-cache.ts";
import { checkTelemetry } from "./checks/check-telemetry.ts";
import { checkTraces } from "./checks/check-traces.ts";
import { checkRouting } from "./checks/check-routing.ts";
import { checkParameters, checkPrices } from "./checks/check-prices.ts";
import { catalogueOf } from "./content/catalogue-of.ts";
import { fileText } from "./content/file-text.ts";
import { type FlagFile, readFlagFiles } from "./content/flag-files.ts";
import { type ProjectContents, readContents } from "./content/project-contents.ts";
import { readSloFiles } from "./content/slo-files.ts";
import { environmentsOf } from "./environments-of.ts";
import { Findings } from "./findings.ts";
import type { Limits, LoadResult, Mistake, PoolSettings, Project, ProjectFiles, ProviderSettings } from "./project.ts";
import { retirementsOf } from "./retirements.ts";
import {
  type ConfigInput,
  DEFAULT_ENVIRONMENT,
  DEFAULT_LIMITS,
  DEFAULT_RETAIN_FACTS_DAYS,
  configSchema,
} from "./schema/config-schema.ts";
import { mistakesOf } from "./schema/mistakes-of.ts";
import { mistake, shown, sortMistakes } from "./source/mistakes.ts";
import { inEnvironment } from "./source/in-environment.ts";
import { readYaml } from "./source/yaml-file.ts";
import type { YamlFile } from "./source/yaml-file.ts";

const refused = (mistakes: readonly Mistake[], missing: readonly string[] = []): LoadResult => ({
  ok: false,
  mistakes: sortMistakes(mistakes),
  missing,
});

/** The text of rollward.yaml, or why there is none. */
function mainText({
  main,
  files,
  unreadable,
}: ProjectFiles): { readonly text: string } | { readonly refusal: LoadResult } {
  const raw = files.get(main);
  if (raw === undefined) {
    const reason = unreadable?.get(main) ?? "is missing";
    const fault = {
      message: `the configuration ${shown(main)} ${unreadable?.has(main) === true ? `cannot be read: ${reason}` : reason}`,
      fix: "check the path",
    };
    return { refusal: refused([mistake({ file: main, line: 1, column: 1 }, fault)], [main]) };
  }
  const text = fileText(main, raw);
  return "mistake" in text ? { refusal: refused([text.mistake]) } : text;
}

function buildProject(
  input: ConfigInput,
  {
    contents,
    catalogue,
    flagFiles,
    openSlos,
  }: {
    readonly contents: ProjectContents;
    readonly catalogue: Catalogue;
    readonly flagFiles: readonly FlagFile[];
    readonly openSlos: readonly Slo[];
  },
): Project {
  const providers = providersOf(input, catalogue);
  const pools = poolsOf(input, providers);
  const windowOf = windowsIn(catalogue, input.providers);
  const flags = buildFlags([input, ...flagFiles.flatMap((file) => file.input ?? [])]);
  const endpoints = new Map(
    Object.entries(input.endpoints).map(([name, endpoint]) => [
      name,
      buildEndpoint(name, endpoint, { ...contents, windowOf, segments: flags.segments }),
    ]),
  );
  const environment = input.environment ?? DEFAULT_ENVIRONMENT;
  return {
    environment,
    releases: input.environments?.[environment]?.releases ?? "applied",
    providers,
    pools,
    endpoints,
    aliases: new Map(Object.entries(input.aliases ?? {})),
    limits: limitsOf(input),
    results: buildResults({ tools: input.tools, retrieval: input.retrieval }),
    meters: buildMeters({ rates: input.limits?.rates, queue: input.limits?.queue, budgets: input.budgets }),
    flags,
    flagOrigins: input.flag_origins ?? [],
    evaluations: evaluationRateOf(input.limits?.evaluations),
    feedbackRate: feedbackRateOf(input.limits?.feedback),
    pauses: buildPauses(input.pauses),
    alerts: buildAlerts({
      alerts: input.alerts,
      slos: [...buildSlos(input.slos), ...openSlos],
      notifiers: input.notifiers,
    }),
    incidents: buildIncidents(input.incidents),
    statusPage: buildStatusPage(input.status_page),
    reports: buildReports(input.reports),
    freezes: buildFreezes(input.freezes),
    ...(input.telemetry !== undefined && { telemetry: buildTelemetry(input.telemetry) }),
    retainFactsDays: input.retain_facts ?? DEFAULT_RETAIN_FACTS_DAYS,
    priceVersion: priceVersion(providers.values()),
    catalogueVersion: catalogue.version,
    retirements: retirementsOf(input.providers, catalogue),
  };
}

function providersOf(input: ConfigInput, catalogue: Catalogue): ReadonlyMap<string, ProviderSettings> {
  const providers = new Map<string, ProviderSettings>();
  for (const [name, provider] of Object.entries(input.providers)) {
    if (provider.kind !== "pool") providers.set(name, buildProvider(name, provider, catalogue));
  }
  return providers;
}

function poolsOf(
  input: ConfigInput,
  providers: ReadonlyMap<string, ProviderSettings>,
): ReadonlyMap<string, PoolSettings> {
  const pools = new Map<string, PoolSettings>();
  for (const [name, provider] of Object.entries(input.providers)) {
    if (provider.kind === "pool") pools.set(name, buildPool(name, provider, providers));
  }
  return pools;
}

const limitsOf = ({ limits }: ConfigInput): Limits => ({
  bodyBytes: limits?.body_bytes ?? DEFAULT_LIMITS.bodyBytes,
  answerBytes: limits?.answer_bytes ?? DEFAULT_LIMITS.answerBytes,
  inFlight: limits?.in_flight ?? DEFAULT_LIMITS.inFlight,
  connectionsPerAddress: limits?.connections_per_address ?? DEFAULT_LIMITS.connectionsPerAddress,
  cacheBytes: limits?.cache_bytes ?? DEFAULT_LIMITS.cacheBytes,
  resultBytes: limits?.result_bytes ?? DEFAULT_LIMITS.resultBytes,
  learned: limits?.learned ?? DEFAULT_LIMITS.learned,
  shedAt: buildShedding(limits?.shed_at),
});

/**
 * Reads a project from its files as it is in one of its environments, its own unless named: all of it, or everything that
 * is wrong with it, in the others too. Pure, and never throws on any text. A file that the bundle lacks is told twice: in
 * `missing` to be sent, and as a mistake where rollward.yaml names it.
 */
export function loadProject(bundle: ProjectFiles, environment?: string): LoadResult {
  const main = mainText(bundle);
  if ("refusal" in main) return main.refusal;
  const yaml = readYaml(bundle.main, main.text);
  if (yaml.value === undefined) return refused(yaml.mistakes);
  const names = environmentsOf(yaml.value);
  const name = environment ?? names[0] ?? DEFAULT_ENVIRONMENT;
  const wrongName = tooManyEnvironments(yaml) ?? unknownEnvironment(yaml, name);
  if (wrongName !== null) return refused([wrongName]);
  const loaded = loadIn(bundle, inEnvironment(yaml, name), names);
  if (!loaded.ok) return loaded;
  const wrong = names
    .filter((other) => other !== name)
    .flatMap((other) => {
      const there = loadIn(bundle, inEnvironment(yaml, other), names);
      if (there.ok) return checkSameReleases(yaml, loaded.project, there.project);
      return there.mistakes.map((one) => ({ ...one, message: `${one.message}, in the environment ${other}` }));
    });
  return wrong.length > 0 ? refused(wrong) : loaded;
}

/** The project as `yaml` reads, whose place in the bundle is the main file. */
function loadIn(bundle: ProjectFiles, yaml: YamlFile, environments: readonly string[]): LoadResult {
  const findings = new Findings(bundle, yaml);
  const parsed = configSchema.safeParse(yaml.value);
  if (!parsed.success) findings.add(mistakesOf(parsed.error.issues, configSchema, { file: yaml }));
  checkEnvironments(findings);
  // First, because conditions anywhere may name the segments of these files.
  const flagFiles = readFlagFiles(findings, environments);
  checkNames(findings);
  checkModels(findings);
  checkAliases(findings);
  checkAnswerChecks(findings);
  checkPolicies(findings);
  checkMeters(findings);
  checkPauses(findings);
  checkAlerts(findings);
  const openSlos = readSloFiles(findings);
  checkSeeing(findings);
  checkGates(findings);
  checkTelemetry(findings);
  checkTraces(findings);
  checkFlags(findings, flagFiles);
  checkRouting(findings);
  checkFaultHandling(findings);
  checkCache(findings);
  const catalogue = catalogueOf(findings);
  if (catalogue !== null) {
    checkPrices(findings, catalogue);
    checkContext(findings, catalogue);
    checkPromptCache(findings, catalogue);
  }
  checkParameters(findings);
  const contents = readContents(findings);
  checkResults(findings, contents);
  if (!parsed.success || catalogue === null || findings.mistakes.length > 0)
    return refused(findings.mistakes, findings.missing);
  return { ok: true, project: buildProject(parsed.data, { contents, catalogue, flagFiles, openSlos }) };
}
