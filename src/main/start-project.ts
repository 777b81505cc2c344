import { formatMistakes } from "../config/explain.ts";
import { loadProject } from "../config/load.ts";
import type { Mistake, ProjectFiles } from "../config/project.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { ProjectStore } from "../ports/project-store.ts";
import { filesOf, isSameProject } from "./environments/project-files.ts";
import { keyMistakes } from "./key-mistakes.ts";
import { ProjectError } from "./project-error.ts";
import type { ProjectHost } from "./project-host.ts";
import { readConfiguration } from "./read-configuration.ts";

/** What starting projects needs. */
export interface StartTerms {
  readonly projects: ProjectStore;
  readonly announcer: Announcer;
  /** Path of rollward.yaml, or `null` to serve what was applied last. */
  readonly config: string | null;
  /** The environment to apply it in; `null` is the one that the file names as its own. */
  readonly environment: string | null;
  /** Of the process, which hold the keys of providers. */
  readonly variables: NodeJS.ProcessEnv;
}

/**
 * Serves the project at `config`, and in every other environment what was applied there last. A configuration that has
 * not changed since it was applied opens no rollout: a restart must not bring back a release that was withdrawn.
 */
export async function startProject(host: ProjectHost, terms: StartTerms): Promise<void> {
  const { projects, config, environment: asked, variables } = terms;
  const bundle = config === null ? null : await readConfiguration({ config, environment: asked, variables });
  const target = bundle === null ? null : environmentOf(bundle, terms.environment);
  const own = (await projects.latest())?.environment ?? null;
  for (const applied of await projects.all()) {
    const { environment } = applied;
    if (environment === target) continue;
    const isNeeded = target === null && environment === own;
    await resume(host, { ...terms, files: filesOf(applied), environment, isNeeded });
  }
  if (bundle !== null) await start(host, bundle, { ...terms, target });
}

interface Resuming extends Pick<StartTerms, "announcer" | "variables"> {
  readonly files: ProjectFiles;
  readonly environment: string;
  readonly isNeeded: boolean;
}

/** What is wrong in another environment does not keep the server's own from being served. */
async function resume(host: ProjectHost, resuming: Resuming): Promise<void> {
  const { files, environment, isNeeded, announcer, variables } = resuming;
  try {
    requireNoMistakes({ mistakes: await keyMistakes(files, environment, variables) });
    const { mistakes, warnings = [] } = await host.resume(files, environment);
    requireNoMistakes({ mistakes });
    if (isNeeded) for (const warning of warnings) announcer.projectDoubted?.(warning);
  } catch (error) {
    if (isNeeded) throw error;
    announcer.troubled(`serving the project of the environment ${environment}`, error);
  }
}

async function start(
  host: ProjectHost,
  bundle: ProjectFiles,
  { projects, announcer, environment, target }: StartTerms & { readonly target: string | null },
): Promise<void> {
  const isKnown = target !== null && isSameProject(bundle, await projects.latest(target));
  const request = { ...bundle, dryRun: false, ...(environment !== null && { environment }) };
  const { mistakes, warnings = [] } = isKnown
    ? await host.resume(bundle, target)
    : await host.apply(request, { kind: "machine" });
  requireNoMistakes({ mistakes });
  for (const warning of warnings) announcer.projectDoubted?.(warning);
}

/** Where a project is to be applied; `null` for one with mistakes, which applying tells. */
function environmentOf(bundle: ProjectFiles, asked: string | null): string | null {
  const loaded = loadProject(bundle, asked ?? undefined);
  return loaded.ok ? loaded.project.environment : null;
}

function requireNoMistakes({ mistakes }: { readonly mistakes: readonly Mistake[] }): void {
  if (mistakes.length > 0) throw new ProjectError(formatMistakes(mistakes));
}
