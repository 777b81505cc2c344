import type { Retention } from "../http/admin/kept-for.ts";
import type { EnvironmentRegistry } from "./environments/environment-registry.ts";
import { EVIDENCE_DAYS, STORY_DAYS } from "./expire-records.ts";
import { acceptedSpans } from "./telemetry/accepted-spans.ts";

/** For how long things are kept, as the projects in force say. */
export const retentionOf = (environments: EnvironmentRegistry): Retention => ({
  factsDays: environments.of(environments.own).project.retainFactsDays(),
  bodiesDays: environments
    .environments()
    .flatMap(({ project }) =>
      [...(project.project?.endpoints.values() ?? [])].map(({ content }) => content.policies.retainBodiesDays),
    ),
  leastEvidenceDays: EVIDENCE_DAYS,
  spansDays: acceptedSpans(environments).retainDays,
  storyDays: STORY_DAYS,
});
