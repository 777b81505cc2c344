import { createProvider } from "../../adapters/providers/index.ts";
import { DEFAULT_TRACES } from "../../domain/trace/trace-settings.ts";
import type { Project, ProviderSettings } from "../../config/project.ts";
import { splitLimits } from "../../domain/limits/split-limits.ts";
import { targetsOf } from "../../domain/release/fault-policy.ts";
import type { Release } from "../../domain/release/release.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { GatewaySettings } from "../../gateway/gateway.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Provider } from "../../ports/provider.ts";

/** What a running project is plugged into. */
export interface RunningProjectTerms {
  /** The environment that it runs in. */
  readonly name: () => string;
  readonly clock: Clock;
  /** Variables of the process, which hold the keys of providers. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Calls may still use a provider that a new configuration dropped; it is closed after this long. */
const CLOSE_AFTER_MS = 15 * 60_000;

const NOTHING: Omit<GatewaySettings, "environment"> = {
  isServed: false,
  providers: new Map(),
  pools: new Map(),
  priceVersion: "none",
  limits: {
    bodyBytes: 10 * 1024 * 1024,
    answerBytes: 32 * 1024 * 1024,
    inFlight: 1_000,
    connectionsPerAddress: 1_000,
    cacheBytes: 0,
    resultBytes: 0,
  },
  sessions: new Map(),
};

interface RunningProvider {
  readonly settings: string;
  readonly provider: Provider;
}

/** The project in force in one environment: its providers, which run, and the settings of the request's way. */
export class RunningProject {
  readonly #terms: RunningProjectTerms;
  #settings: GatewaySettings | null = null;
  #project: Project | null = null;
  #providers = new Map<string, RunningProvider>();

  constructor(terms: RunningProjectTerms) {
    this.#terms = terms;
  }

  /** `null` before a project is served. */
  get project(): Project | null {
    return this.#project;
  }

  settings(): GatewaySettings {
    const environment = this.#terms.name();
    if (this.#settings?.environment !== environment) this.#settings = { ...NOTHING, environment };
    return this.#settings;
  }

  /** Full days for which the facts of calls are kept. Nothing is deleted before a project says for how long it is kept. */
  retainFactsDays(): number {
    return this.#project?.retainFactsDays ?? Number.POSITIVE_INFINITY;
  }

  /** Whether every model of a release is configured here. */
  isResolvable(release: Pick<Release, "content">): boolean {
    return this.unresolvable(release).length === 0;
  }

  /** The models of a release that are not configured here. */
  unresolvable({ content }: Pick<Release, "content">): readonly ModelTarget[] {
    const { providers, pools } = this.settings();
    return targetsOf(content).filter(
      ({ provider, model }) =>
        providers.get(provider)?.prices.has(model) !== true && pools.get(provider)?.models.includes(model) !== true,
    );
  }

  /** Starts what is new, keeps what is unchanged, and swaps the settings whole. */
  async serve(project: Project): Promise<void> {
    const running = await this.#runAll(project);
    const dropped = [...this.#providers.values()].filter((old) => running.get(old.provider.name) !== old);
    this.#providers = running;
    this.#project = project;
    this.#settings = settingsOf(project, new Map([...running].map(([name, { provider }]) => [name, provider])));
    for (const { provider } of dropped) {
      this.#terms.clock.after(CLOSE_AFTER_MS, () => void provider.close());
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#providers.values()].map(({ provider }) => provider.close()));
  }

  /** All providers of a project, or none: when one cannot start, those started for it are closed again. */
  async #runAll(project: Project): Promise<Map<string, RunningProvider>> {
    const running = new Map<string, RunningProvider>();
    try {
      for (const settings of project.providers.values()) running.set(settings.name, await this.#run(settings, project));
      return running;
    } catch (error) {
      const started = [...running].filter(([name, one]) => this.#providers.get(name) !== one);
      await Promise.all(started.map(([, { provider }]) => provider.close()));
      throw error;
    }
  }

  async #run(settings: ProviderSettings, project: Project): Promise<RunningProvider> {
    const { answerBytes } = project.limits;
    const fingerprint = `${answerBytes} ${fingerprintOf(settings)}`;
    const known = this.#providers.get(settings.name);
    if (known?.settings === fingerprint) return known;
    const { variables: environment, clock } = this.#terms;
    return { settings: fingerprint, provider: await createProvider(settings, { environment, answerBytes, clock }) };
  }
}

const settingsOf = (project: Project, providers: ReadonlyMap<string, Provider>): GatewaySettings => ({
  environment: project.environment,
  providers,
  pools: project.pools,
  aliases: project.aliases,
  priceVersion: project.priceVersion,
  limits: project.limits,
  results: project.results,
  ...(project.meters !== null && { meters: metersOf(project.meters) }),
  flags: project.flags,
  evaluations: project.evaluations,
  feedbackRate: project.feedbackRate,
  flagOrigins: project.flagOrigins,
  ...tracingOf(project),
  ...(project.pauses.length > 0 && { pauseRules: project.pauses }),
  sessions: new Map([...project.endpoints].map(([name, { sessions }]) => [name, sessions])),
});

/** Which providers are told of traces, where any is. */
function tracingOf({ telemetry }: Project): Pick<GatewaySettings, "tracing"> {
  const { propagateTo, sample } = telemetry?.traces ?? DEFAULT_TRACES;
  return propagateTo.length === 0 ? {} : { tracing: { propagateTo: new Set(propagateTo), share: sample.share } };
}

/** Settings as text, to tell whether a provider changed. */
const fingerprintOf = (settings: ProviderSettings): string =>
  JSON.stringify(settings, (_, value: unknown) => {
    if (typeof value === "bigint") return value.toString();
    return value instanceof Map ? [...value] : value;
  });

function metersOf(meters: NonNullable<Project["meters"]>): NonNullable<GatewaySettings["meters"]> {
  const split = splitLimits(meters.limits);
  return split === undefined ? meters : { ...meters, split };
}
