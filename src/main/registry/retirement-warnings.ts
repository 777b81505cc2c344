import type { Project } from "../../config/project.ts";
import { retiringUses, retiringWords } from "../../domain/release/retiring.ts";
import { placesOf, standingsOf } from "../../domain/release/standings.ts";
import type { Route } from "../../domain/traffic/route.ts";
import { retirementsIn } from "./retirements-in.ts";

/** Sentences on the declared models that retire soon: what the project and the releases of its environment do with them. */
export function retirementWarnings(project: Project, routes: readonly Route[], nowMs: number): readonly string[] {
  const written = [...project.endpoints.values()].map(({ name, content }) => ({
    release: name,
    content,
    where: "in this project",
  }));
  const serving = standingsOf(routes.filter(({ channel }) => channel.environment === project.environment));
  return retiringUses(retirementsIn(project), [...written, ...placesOf(serving)], nowMs)
    .filter(({ provider, usedBy }) => !project.pools.has(provider) || usedBy.length > 0)
    .map((use) => `${retiringWords(use)} Roll out another model in time.`);
}
