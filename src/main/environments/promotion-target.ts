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
  return {
    to: environment,
    plan: project?.project?.endpoints.get(content.endpoint)?.plan ?? null,
    missing: project?.unresolvable({ content }) ?? [],
  };
}
