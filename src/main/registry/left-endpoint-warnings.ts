import type { Project } from "../../config/project.ts";
import { targetsOf } from "../../domain/release/fault-policy.ts";
import { targetName } from "../../domain/release/parts.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { Route } from "../../domain/traffic/route.ts";

/** Sentences on the endpoints that serve in the project's environment and are no longer in the project. */
export function leftEndpointWarnings(project: Project, routes: readonly Route[]): readonly string[] {
  return routes
    .filter(({ channel }) => channel.environment === project.environment && !project.endpoints.has(channel.endpoint))
    .map(({ channel: { endpoint }, stable }) => {
      const gone = targetsOf(stable.content).filter((target) => !isDeclared(project, target));
      const names = gone.map((target) => targetName(target)).join(", ");
      const without = gone.length === 0 ? "" : ` without ${names}, which the project drops`;
      return `The endpoint ${endpoint} is no longer in the project and goes on serving ${releaseName(stable)}${without}. \`rollward pause ${endpoint}\` stops its calls.`;
    });
}

const isDeclared = ({ providers, pools }: Project, { provider, model }: ModelTarget): boolean =>
  providers.get(provider)?.models.has(model) ?? pools.get(provider)?.models.includes(model) ?? false;
