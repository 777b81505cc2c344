import type { z } from "zod";
import { budgetWarnings } from "../config/budget-warnings.ts";
import { cacheWarnings } from "../config/cache-warnings.ts";
import { costTerms } from "../config/cost-terms.ts";
import { formatMistakes } from "../config/explain.ts";
import { loadProject } from "../config/load.ts";
import { parameterWarnings } from "../config/parameter-warnings.ts";
import type { EndpointSettings, Project, ProjectFiles } from "../config/project.ts";
import { secretWarnings } from "../config/secret-warnings.ts";
import { stabilityWarnings } from "../config/stability-warnings.ts";
import type { applyAnswer } from "../contract/projects.ts";
import type { AuthorResult } from "../delivery/author.ts";
import { author } from "../delivery/author.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { RollwardError } from "../domain/errors.ts";
import { originWords } from "../domain/release/origin.ts";
import type { Origin } from "../domain/release/origin.ts";
import { releaseName } from "../domain/release/release.ts";
import { heldBackWords } from "../domain/rollout/held-back.ts";
import type { Actor } from "../domain/rollout/rollout.ts";
import type { ApplyTurns } from "../ports/apply-turns.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { AppliedProject, ProjectStore } from "../ports/project-store.ts";
import { inApplyTurn } from "./apply-turn.ts";
import type { HeldTurn } from "./apply-turn.ts";
import { changeAround } from "./environments/change-around.ts";
import type { EndpointChange } from "./environments/change-around.ts";
import { changeOf, endedViewOf } from "./environments/change-of.ts";
import type { FoundChange } from "./environments/change-of.ts";
import type { EnvironmentRegistry } from "./environments/environment-registry.ts";
import { filesOf, isSameProject, storedFiles } from "./environments/project-files.ts";
import { heldBackViewOf } from "./environments/held-back-view-of.ts";
import { requireKeyFiles } from "./key-mistakes.ts";
import type { FlagKeeper } from "./keep-flags.ts";
import { reachOf } from "./environments/reach-of.ts";
import { describeChange } from "./registry/describe-change.ts";
import { leftEndpointWarnings } from "./registry/left-endpoint-warnings.ts";
import { retirementWarnings } from "./registry/retirement-warnings.ts";
import { requireNoRejection } from "./require-no-rejection.ts";
import { requireModelsInUse, requireOwnEnvironment } from "./environments/require-servable.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;

/** A project to be applied. */
export interface ApplyRequest extends ProjectFiles {
  readonly dryRun: boolean;
  /** Where the files come from; absent or `null` where nobody says. */
  readonly origin?: Origin | null;
  /** Absent is the environment that the file names as its own. */
  readonly environment?: string;
  /** Whether a key asks that administers this environment alone: it does not say which one is the server's own. */
  readonly isBound?: boolean;
  /** Whether releases are begun again that are held back: all, or those of some endpoints. Absent is none. */
  readonly again?: boolean | readonly string[];
}

/** What the host is plugged into. */
export interface ProjectHostTerms {
  readonly delivery: Delivery;
  readonly projects: ProjectStore;
  readonly calls: Pick<CallStore, "list">;
  /** Among the servers of one database; `null` where there is one server only. */
  readonly turns: ApplyTurns | null;
  readonly environments: EnvironmentRegistry;
  readonly flags: Pick<FlagKeeper, "define">;
  /** Of this server: they hold the secrets that projects name. */
  readonly variables: NodeJS.ProcessEnv;
}

/** Applies projects and holds those in force: one in every environment. */
export class ProjectHost {
  readonly #terms: ProjectHostTerms;
  /** What is in force, by environment. */
  readonly #served = new Map<string, ProjectFiles>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(terms: ProjectHostTerms) {
    this.#terms = terms;
  }

  /** Applies a project whole, one at a time; with `dryRun` only says what would happen. */
  apply(request: ApplyRequest, actor: Actor): Promise<ApplyAnswer> {
    if (request.dryRun) return this.#inTurn(() => this.#apply(request, { actor, turn: null }));
    const { turns, delivery } = this.#terms;
    const from = originWords(request.origin ?? null);
    const by = `${nameOf(actor)}${from === null ? "" : ` (${from})`}`;
    return this.#inTurn(() =>
      inApplyTurn({ turns, clock: delivery.clock, ids: delivery.ids }, by, (turn) =>
        this.#apply(request, { actor, turn }),
      ),
    );
  }

  /** Learns the name of the server's own environment from what was applied there. */
  async learnOwn(): Promise<void> {
    const { projects, environments } = this.#terms;
    const own = await projects.latest();
    if (own !== null && own.environment !== environments.own) environments.callOwn(own.environment);
  }

  /** Serves a project as it was applied before in an environment, without opening rollouts. */
  async resume(files: ProjectFiles, environment: string): Promise<ApplyAnswer> {
    const loaded = loadProject(files, environment);
    if (!loaded.ok) return refused(loaded);
    await this.#serve(loaded.project, files);
    return { applied: true, endpoints: [], mistakes: [], missing: [], warnings: this.#warningsOf(loaded.project) };
  }

  /**
   * Serves what was applied last in every environment, by whichever server, and answers where that cannot be and why. What
   * is in force already is left alone: counts of rules would begin anew with every look.
   */
  followLatest(): Promise<ReadonlyMap<string, Error>> {
    return this.#inTurn(async () => {
      await this.learnOwn();
      const failed = new Map<string, Error>();
      for (const latest of await this.#terms.projects.all()) {
        const served = this.#served.get(latest.environment);
        if (served !== undefined && isSameProject(served, latest)) continue;
        const failure = await this.#takeOver(latest);
        if (failure !== null) failed.set(latest.environment, failure);
      }
      return failed;
    });
  }

  /** One environment's trouble is not another one's. */
  async #takeOver(latest: AppliedProject): Promise<Error | null> {
    try {
      const { applied: isServed, mistakes, missing } = await this.resume(filesOf(latest), latest.environment);
      if (isServed) return null;
      return new Error(mistakes.length > 0 ? formatMistakes(mistakes) : `It lacks the files ${missing.join(", ")}.`);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#terms.environments.environments().map(({ project }) => project.close()));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(work);
    this.#turn = run.catch(() => {});
    return run;
  }

  async #apply(request: ApplyRequest, applying: Applying): Promise<ApplyAnswer> {
    const { delivery, projects } = this.#terms;
    const loaded = loadProject(request, request.environment);
    if (!loaded.ok) return refused(loaded);
    const { project } = loaded;
    await requireKeyFiles(project, this.#terms.variables);
    const latest = await projects.latest(project.environment);
    const around = changeAround(latest, { files: request, project });
    const again = againIn(project, request);
    const found: FoundChange[] = [];
    for (const endpoint of project.endpoints.values()) found.push(await this.#changeOf(project, endpoint, again));
    const changes = found.map(({ change }) => change);
    const { warnings, outlooks } = await reachOf(this.#terms, project, changes);
    await requireModelsInUse(delivery, project);
    const { environment } = project;
    const fine = {
      environment,
      project: around,
      mistakes: [],
      missing: [],
      warnings: [...this.#warningsOf(project), ...warnings],
    };
    const outlookOf = (endpoint: string): string[] => [...(outlooks.get(endpoint) ?? [])];
    if (applying.turn === null) {
      const told = changes.map((change) => ({ ...change, outlook: outlookOf(change.endpoint) }));
      return { applied: false, endpoints: told, ...fine, ...heldBackIn(found) };
    }
    const isOwn = await this.#placeOf(project, request);
    if (project.releases === "applied") await requireNoRejection(delivery, project, namesIn(found));
    if (isOwn) this.#terms.environments.callOwn(project.environment);
    await this.#serve(project, request);
    await applying.turn.renew(0, project.endpoints.size);
    // Kept before releases refer to it: a restart must find the providers of every release that serves.
    await projects.save({ ...this.#appliedAs(request, applying.actor), environment, ...(!isOwn && { isOwn }) });
    await this.#terms.flags.define(project.environment, project.flags);
    const results = await this.#author(request, { ...applying, project, found, again });
    const endpoints = results.map(({ change }) => ({ ...change, outlook: outlookOf(change.endpoint) }));
    return { applied: true, endpoints, ...fine, ...heldBackIn(results) };
  }

  /** Every endpoint in turn: the turn is renewed before each, so that two servers never apply between one another. */
  async #author({ origin }: ApplyRequest, work: Applying & ToAuthor): Promise<readonly FoundChange[]> {
    const { actor, turn, project, found, again } = work;
    const { environment, endpoints } = project;
    if (project.releases === "promoted") return found;
    const results: FoundChange[] = [];
    for (const endpoint of endpoints.values()) {
      const { name, content, plan } = endpoint;
      await turn?.renew(results.length, endpoints.size);
      const from = { environment, actor, author: nameOf(actor), ...(origin != null && { origin }) };
      const result = await author(this.#terms.delivery, {
        ...from,
        content,
        plan,
        costs: costTerms(project, endpoint),
        again: again(name),
      });
      results.push(await this.#told(result, found[results.length]?.change, environment));
    }
    return results;
  }

  /** What became of an endpoint; a release that is left out is also told in the log. */
  async #told(result: AuthorResult, before: EndpointChange | undefined, environment: string): Promise<FoundChange> {
    const { delivery } = this.#terms;
    const change = applied(result, before);
    const { heldBack: held, ended } = result;
    if (held !== undefined) {
      const release = releaseName(result.release);
      delivery.announcer.heldBack?.({ release, environment, rollout: held.rolloutId, how: heldBackWords(held) });
      return { change, heldBack: heldBackViewOf(result.release, held) };
    }
    if (ended === undefined) return { change, heldBack: null };
    return { change: { ...change, ended: await endedViewOf(delivery, ended) }, heldBack: null };
  }

  async #changeOf(project: Project, endpoint: EndpointSettings, again: Again): Promise<FoundChange> {
    const { delivery, calls } = this.#terms;
    const found = await changeOf(delivery, project, { ...endpoint, again: again(endpoint.name) });
    const { change } = found;
    if (STAYS.has(change.outcome)) return found;
    return { ...found, change: { ...change, details: await describeChange({ delivery, calls }, project, endpoint) } };
  }

  #warningsOf(project: Project): string[] {
    const { routes, clock } = this.#terms.delivery;
    return [
      ...leftEndpointWarnings(project, routes.all()),
      ...retirementWarnings(project, routes.all(), clock.now()),
      ...stabilityWarnings(project.endpoints.values()),
      ...cacheWarnings(project.endpoints.values()),
      ...parameterWarnings(project.endpoints.values()),
      ...budgetWarnings(project),
      ...secretWarnings(project, this.#terms.variables),
    ];
  }

  /** Whether a project is for the server's own environment; throws where nobody has said that it is for another one. */
  async #placeOf(project: Project, { environment, isBound = false }: ApplyRequest): Promise<boolean> {
    const own = await this.#terms.projects.latest();
    if (own === null) return !isBound;
    if (own.environment === project.environment) return true;
    if (environment !== undefined) return false;
    await requireOwnEnvironment(this.#terms.delivery, { own: own.environment, asked: project.environment });
    return true;
  }

  #appliedAs(request: ApplyRequest, actor: Actor): Omit<AppliedProject, "environment"> {
    const appliedAt = this.#terms.delivery.clock.now();
    const { origin } = request;
    const by = actor.kind === "key" ? actor.keyId : "start";
    return { files: storedFiles(request), appliedAt, author: by, ...(origin != null && { origin }) };
  }

  async #serve(project: Project, { main, files }: ProjectFiles): Promise<void> {
    const opened = this.#terms.environments.of(project.environment);
    // What was stopped there is stopped before its first call.
    await opened.loadPauses();
    await opened.project.serve(project);
    this.#served.set(project.environment, { main, files });
  }
}

/** Who applies, in which turn; `null` only says what would happen. */
interface Applying {
  readonly actor: Actor;
  readonly turn: HeldTurn | null;
}

interface ToAuthor {
  readonly project: Project;
  /** In the order of its endpoints. */
  readonly found: readonly FoundChange[];
  readonly again: Again;
}

/** Whether somebody wants the release of an endpoint again, although it went back. */
type Again = (endpoint: string) => boolean;

/** Throws `endpoint_not_found` where an endpoint is named that the project has not. */
function againIn({ endpoints }: Project, { again = false }: ApplyRequest): Again {
  if (typeof again === "boolean") return () => again;
  const endpoint = again.find((name) => !endpoints.has(name));
  if (endpoint === undefined) return (name) => again.includes(name);
  throw new RollwardError("endpoint_not_found", { endpoint, known: [...endpoints.keys()].join(", ") });
}

const heldBackIn = (found: readonly FoundChange[]): Pick<ApplyAnswer, "held_back"> => {
  const held = found.flatMap(({ heldBack }) => heldBack ?? []);
  return held.length === 0 ? {} : { held_back: held };
};

/** The endpoints that are left out. */
const namesIn = (found: readonly FoundChange[]): readonly string[] =>
  found.flatMap(({ heldBack }) => heldBack?.endpoint ?? []);

/** Outcomes in which no release goes out. */
const STAYS: ReadonlySet<EndpointChange["outcome"]> = new Set(["unchanged", "back", "held_back"] as const);

const nameOf = (actor: Actor): string => (actor.kind === "key" ? actor.name : "rollward.yaml");

const refused = ({ mistakes, missing }: RefusedLoad): ApplyAnswer => ({
  applied: false,
  endpoints: [],
  mistakes: [...mistakes],
  missing: [...missing],
});

type RefusedLoad = Extract<ReturnType<typeof loadProject>, { readonly ok: false }>;

const applied = (result: AuthorResult, change: EndpointChange | undefined): EndpointChange => ({
  endpoint: result.endpoint,
  release: releaseName(result.release),
  outcome: result.outcome,
  rollout: result.rolloutId,
  waits_until: result.waitsUntil,
  outlook: [],
  diff: change?.diff ?? "",
  ...(change?.details !== undefined && { details: change.details }),
});
