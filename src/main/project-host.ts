import type { z } from "zod";
import { createProvider } from "../adapters/providers/index.ts";
import { loadProject } from "../config/load.ts";
import { projectChanges } from "../config/project-changes.ts";
import type { EndpointSettings, Project, ProjectFiles, ProviderSettings } from "../config/project.ts";
import { retirementWarnings } from "../config/retirements.ts";
import { cacheWarnings } from "../config/cache-warnings.ts";
import { stabilityWarnings } from "../config/stability-warnings.ts";
import { writtenPolicies } from "../config/written-policies.ts";
import type { applyAnswer } from "../contract/projects.ts";
import type { AuthorResult } from "../delivery/author.ts";
import { author } from "../delivery/author.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { RollwardError } from "../domain/errors.ts";
import { diffReleases, formatDiff } from "../domain/release/diff.ts";
import { targetsOf } from "../domain/release/fault-policy.ts";
import { releaseDigest } from "../domain/release/release-digest.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release, ReleaseContent } from "../domain/release/release.ts";
import type { Actor } from "../domain/rollout/rollout.ts";
import type { GatewaySettings } from "../gateway/gateway.ts";
import type { AppliedProject, ProjectStore } from "../ports/project-store.ts";
import type { Provider } from "../ports/provider.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;
type EndpointChange = ApplyAnswer["endpoints"][number];
type ProjectChange = NonNullable<ApplyAnswer["project"]>;

/** What the host is plugged into. */
export interface ProjectHostTerms {
  readonly delivery: Delivery;
  readonly projects: ProjectStore;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Calls may still use a provider that a new configuration dropped; it is closed after this long. */
const CLOSE_AFTER_MS = 15 * 60_000;

/** Open rollouts looked at; a channel has one, and few wait in the queue. */
const MAX_OPEN = 1_000;

const NOTHING: GatewaySettings = {
  environment: "production",
  providers: new Map(),
  pools: new Map(),
  priceVersion: "none",
  limits: {
    bodyBytes: 10 * 1024 * 1024,
    answerBytes: 32 * 1024 * 1024,
    inFlight: 1_000,
    cacheBytes: 0,
    resultBytes: 0,
  },
  sessions: new Map(),
};

interface RunningProvider {
  readonly settings: string;
  readonly provider: Provider;
}

/** Holds the project in force: providers that run, and the settings of the request's way. */
export class ProjectHost {
  readonly #terms: ProjectHostTerms;
  #settings: GatewaySettings = NOTHING;
  /** Nothing is deleted before a project says for how long it is kept. */
  #retainFactsDays = Number.POSITIVE_INFINITY;
  #providers = new Map<string, RunningProvider>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(terms: ProjectHostTerms) {
    this.#terms = terms;
  }

  settings(): GatewaySettings {
    return this.#settings;
  }

  /** Full days for which the facts of calls are kept. */
  retainFactsDays(): number {
    return this.#retainFactsDays;
  }

  /** Whether every model of a release is configured here. */
  isResolvable({ content }: Pick<Release, "content">): boolean {
    const { providers, pools } = this.#settings;
    return targetsOf(content).every(
      ({ provider, model }) =>
        providers.get(provider)?.prices.has(model) === true || pools.get(provider)?.models.includes(model) === true,
    );
  }

  /** Applies a project whole, one at a time; with `dry_run` only says what would happen. */
  apply(request: ProjectFiles & { readonly dryRun: boolean }, actor: Actor): Promise<ApplyAnswer> {
    const run = this.#turn.then(() => this.#apply(request, actor));
    this.#turn = run.catch(() => {});
    return run;
  }

  /** Serves a project as it was applied before, without opening rollouts. */
  async resume(files: ProjectFiles): Promise<ApplyAnswer> {
    const loaded = loadProject(files);
    if (!loaded.ok)
      return { applied: false, endpoints: [], mistakes: [...loaded.mistakes], missing: [...loaded.missing] };
    await this.#serve(loaded.project);
    return { applied: true, endpoints: [], mistakes: [], missing: [] };
  }

  /** Serves what was applied last, by whichever server; `null` when nothing was. */
  followLatest(): Promise<ApplyAnswer | null> {
    const run = this.#turn.then(async () => {
      const latest = await this.#terms.projects.latest();
      return latest === null ? null : this.resume(filesOf(latest));
    });
    this.#turn = run.catch(() => {});
    return run;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#providers.values()].map(({ provider }) => provider.close()));
  }

  async #apply(request: ProjectFiles & { readonly dryRun: boolean }, actor: Actor): Promise<ApplyAnswer> {
    const loaded = loadProject(request);
    if (!loaded.ok)
      return { applied: false, endpoints: [], mistakes: [...loaded.mistakes], missing: [...loaded.missing] };
    const { project } = loaded;
    const around = await this.#changeAround(request, project);
    const changes = [];
    for (const endpoint of project.endpoints.values()) changes.push(await this.#changeOf(project, endpoint));
    const warnings = [
      ...retirementWarnings(project.retirements, this.#terms.delivery.clock.now()),
      ...stabilityWarnings(project.endpoints.values()),
      ...cacheWarnings(project.endpoints.values()),
    ];
    const fine = { project: around, mistakes: [], missing: [], warnings };
    if (request.dryRun) return { applied: false, endpoints: changes, ...fine };
    await this.#requireSameEnvironment(project);
    await this.#requireModelsInUse(project);
    await this.#serve(project);
    // Kept before releases refer to it: a restart must find the providers of every release that serves.
    await this.#terms.projects.save({
      environment: project.environment,
      files: { ...Object.fromEntries(request.files), [MAIN]: request.main },
      appliedAt: this.#terms.delivery.clock.now(),
      author: actor.kind === "key" ? actor.keyId : "start",
    });
    const results: EndpointChange[] = [];
    for (const [index, endpoint] of [...project.endpoints.values()].entries()) {
      const result = await author(this.#terms.delivery, {
        environment: project.environment,
        content: endpoint.content,
        plan: endpoint.plan,
        actor,
        author: actor.kind === "key" ? actor.name : "rollward.yaml",
      });
      results.push(applied(result, changes[index]?.diff ?? ""));
    }
    return { applied: true, endpoints: results, ...fine };
  }

  /** One database serves one environment: routes are found by endpoint alone. */
  async #requireSameEnvironment({ environment }: Project): Promise<void> {
    const channels = await this.#terms.delivery.rollouts.channels();
    const other = channels.find(({ name }) => name.environment !== environment);
    if (other === undefined) return;
    const served = other.name.environment;
    throw new RollwardError("invalid_request", {
      reason: `This server serves the environment ${served}; the project says ${environment}. Use another data directory or database for it.`,
      param: "environment",
    });
  }

  /** A model that serves now may not be dropped before its release is: its calls would fail at once. */
  async #requireModelsInUse({ environment, endpoints, providers, pools }: Project): Promise<void> {
    const { rollouts, releases } = this.#terms.delivery;
    const open = await rollouts.list({ open: true, limit: MAX_OPEN });
    const channels = (await rollouts.channels()).filter(
      ({ name }) => name.environment === environment && endpoints.has(name.endpoint),
    );
    const candidates = channels.flatMap(({ rolloutId }) => open.find(({ id }) => id === rolloutId)?.candidate ?? []);
    for (const id of new Set([...channels.map(({ stable }) => stable), ...candidates])) {
      const release = await releases.byId(id);
      if (release === null) continue;
      const lost = targetsOf(release.content).find(
        ({ provider, model }) =>
          !(providers.get(provider)?.models.has(model) ?? pools.get(provider)?.models.includes(model)),
      );
      if (lost === undefined) continue;
      throw new RollwardError("rollout_conflict", {
        reason: `${releaseName(release)} serves calls with ${lost.provider}/${lost.model}, which this configuration drops; keep it until another release is stable.`,
        endpoint: release.endpoint,
      });
    }
  }

  /** What changes outside of releases, against what was applied last by whichever server. */
  async #changeAround(files: ProjectFiles, project: Project): Promise<ProjectChange> {
    const latest = await this.#terms.projects.latest();
    const old = latest === null ? null : filesOf(latest);
    const before = old === null ? null : loadProject(old);
    if (old === null || before?.ok !== true) return { outcome: "first", diff: "" };
    const changes = projectChanges({ files: old, project: before.project }, { files, project });
    return { outcome: changes.length === 0 ? "unchanged" : "changed", diff: formatDiff(changes) };
  }

  async #changeOf(project: Project, endpoint: EndpointSettings): Promise<EndpointChange> {
    const before = await this.#newestContent(project, endpoint);
    const same = before !== null && releaseDigest(before) === releaseDigest(endpoint.content);
    return {
      endpoint: endpoint.name,
      release: null,
      outcome: before === null ? "first" : same ? "unchanged" : "rollout",
      rollout: null,
      waits_until: null,
      diff: formatDiff(diffReleases(before, endpoint.content, writtenPolicies)),
    };
  }

  /** What the endpoint is on its way to: the newest candidate, or what is stable. */
  async #newestContent(project: Project, { name }: EndpointSettings): Promise<ReleaseContent | null> {
    const { rollouts, releases } = this.#terms.delivery;
    const channel = await rollouts.channel({ endpoint: name, environment: project.environment });
    if (channel === null) return null;
    const [newest] = await rollouts.list({ endpoint: name, open: true, limit: 1 });
    return (await releases.byId(newest?.candidate ?? channel.stable))?.content ?? null;
  }

  /** Starts what is new, keeps what is unchanged, and swaps the settings whole. */
  async #serve(project: Project): Promise<void> {
    const running = await this.#runAll(project);
    const dropped = [...this.#providers.values()].filter((old) => running.get(old.provider.name) !== old);
    this.#providers = running;
    this.#settings = {
      environment: project.environment,
      providers: new Map([...running].map(([name, { provider }]) => [name, provider])),
      pools: project.pools,
      aliases: project.aliases,
      priceVersion: project.priceVersion,
      limits: project.limits,
      results: project.results,
      ...(project.meters !== null && { meters: project.meters }),
      ...(project.pauses.length > 0 && { pauseRules: project.pauses }),
      sessions: new Map([...project.endpoints].map(([name, { sessions }]) => [name, sessions])),
    };
    this.#retainFactsDays = project.retainFactsDays;
    for (const { provider } of dropped) {
      this.#terms.delivery.clock.after(CLOSE_AFTER_MS, () => void provider.close());
    }
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
    const provider = await createProvider(settings, {
      environment: this.#terms.environment,
      answerBytes,
      clock: this.#terms.delivery.clock,
    });
    return { settings: fingerprint, provider };
  }
}

/** Key under which the path of the main file is kept among the stored files. */
export const MAIN = "";

/** An applied project as the files that it was read from. */
export function filesOf({ files: { [MAIN]: main = "rollward.yaml", ...files } }: AppliedProject): ProjectFiles {
  return { main, files: new Map(Object.entries(files)) };
}

const applied = (result: AuthorResult, diff: string): EndpointChange => ({
  endpoint: result.endpoint,
  release: releaseName(result.release),
  outcome: result.outcome,
  rollout: result.rolloutId,
  waits_until: result.waitsUntil,
  diff,
});

/** Settings as text, to tell whether a provider changed. */
const fingerprintOf = (settings: ProviderSettings): string =>
  JSON.stringify(settings, (_, value: unknown) => {
    if (typeof value === "bigint") return value.toString();
    return value instanceof Map ? [...value] : value;
  });
