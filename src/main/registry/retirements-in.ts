import type { Project } from "../../config/project.ts";
import type { RetiringModel } from "../../domain/release/retiring.ts";

/** The models of a project that retire, under every name by which releases ask them: a pool's too. */
export function retirementsIn({
  retirements,
  pools,
}: Pick<Project, "retirements" | "pools">): readonly RetiringModel[] {
  const pooled = [...pools.values()].flatMap(({ name, members, models }) =>
    retirements
      .filter(({ provider, model }) => members.has(provider) && models.includes(model))
      .map(({ model, day }) => ({ provider: name, model, day })),
  );
  const all = [...retirements, ...pooled];
  return all.filter(
    (one, index) => all.findIndex(({ provider, model }) => provider === one.provider && model === one.model) === index,
  );
}
