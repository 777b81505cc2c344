import { retiringUses } from "../../domain/release/retiring.ts";
import type { RetiringModel, RetiringUse } from "../../domain/release/retiring.ts";
import { placesOf, standingsOf } from "../../domain/release/standings.ts";
import type { EnvironmentRegistry } from "../environments/environment-registry.ts";
import type { House } from "../plug.ts";
import { retirementsIn } from "./retirements-in.ts";

/** The models that retire, of the projects in force in all environments, each once. */
export function retirementsOf(environments: Pick<EnvironmentRegistry, "environments">): readonly RetiringModel[] {
  const all = environments
    .environments()
    .flatMap(({ project: { project } }) => (project === null ? [] : retirementsIn(project)));
  return [...new Map(all.map((one) => [`${one.provider}/${one.model} ${one.day}`, one])).values()];
}

/** Those that retire soon and that a serving release may ask. */
export const retiringNow = ({ environments, delivery }: House): readonly RetiringUse[] =>
  retiringUses(retirementsOf(environments), placesOf(standingsOf(delivery.routes.all())), delivery.clock.now()).filter(
    ({ usedBy }) => usedBy.length > 0,
  );
