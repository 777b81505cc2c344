import { costTerms } from "../../config/cost-terms.ts";
import type { PromotionTarget } from "../../delivery/promote.ts";
import type { ReleaseContent } from "../../domain/release/release.ts";
import type { EnvironmentRegistry } from "./environment-registry.ts";

/** What is configured for a release in an environment. */
export function promotionTarget(
  environments: EnvironmentRegistry,
  content: ReleaseContent,
  environment: string,
): PromotionTarget {
  const project = environments.known(environment)?.project;
  const endpoint = project?.project?.endpoints.get(content.endpoint);
  return {
    to: environment,
    plan: endpoint?.plan ?? null,
    ...(project?.project != null && endpoint !== undefined && { costs: costTerms(project.project, endpoint) }),
    missing: project?.unresolvable({ content }) ?? [],
  };
}
