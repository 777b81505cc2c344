import type { Freeze } from "../../domain/access/freeze.ts";
import type { ActionTerms } from "../../domain/now/actions-of.ts";
import type { NowTelling } from "../../domain/now/tell-now.ts";
import { chainOf } from "../../domain/release/fault-policy.ts";
import { releaseName } from "../../domain/release/release.ts";
import { isActive } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { gatherRollBack } from "./gather-roll-back.ts";
import type { RollBackSources } from "./gather-roll-back.ts";

/** What the three actions are chosen by. */
export interface ActionSources {
  readonly environment: string;
  /** The endpoint that is asked about; `null` is the one that is the matter. */
  readonly endpoint: string | null;
  readonly telling: NowTelling;
  readonly gateway: Pick<Gateway, "routes" | "pauses">;
  readonly freezes: readonly Freeze[];
  readonly rollouts: readonly Rollout[];
}

/** Looks up what each action would do. */
export async function gatherActionTerms(
  sources: RollBackSources,
  { environment, endpoint, telling, gateway, freezes, rollouts }: ActionSources,
): Promise<ActionTerms> {
  const active = rollouts.filter(({ phase }) => isActive(phase));
  const name = endpoint ?? matterOf(telling, active, gateway);
  const route = name === null ? undefined : gateway.routes.byEndpoint(name);
  const budget = telling.situations.find((situation) => situation.budget !== undefined)?.budget;
  const whole = freezes.find(({ subject }) => subject.type !== "endpoint");
  return {
    environment,
    endpoint: route === undefined ? null : await endpointOf(sources, { route, gateway }),
    frozen: whole === undefined ? null : { id: whole.id, at: whole.at, by: whole.by },
    rollouts: active.length,
    ...(budget !== undefined && { budget }),
  };
}

/** The endpoint of the worst situation; without one that of the only rollout, or the only one there is. */
function matterOf({ situations }: NowTelling, active: readonly Rollout[], { routes }: Pick<Gateway, "routes">) {
  const worst = situations.find(({ endpoint }) => endpoint !== null)?.endpoint;
  if (worst != null) return worst;
  const [rollout, ...others] = active;
  if (rollout !== undefined && others.length === 0) return rollout.channel.endpoint;
  const [only, ...rest] = routes.all();
  return only !== undefined && rest.length === 0 ? only.channel.endpoint : null;
}

interface Place {
  readonly route: Route;
  readonly gateway: Pick<Gateway, "pauses">;
}

async function endpointOf(
  sources: RollBackSources,
  { route, gateway }: Place,
): Promise<NonNullable<ActionTerms["endpoint"]>> {
  const { channel, stable } = route;
  const around = gateway.pauses.around(channel.endpoint);
  const paused = gateway.pauses
    .all()
    .find(({ subject }) => subject.type === "model" && subject.endpoint === channel.endpoint);
  return {
    name: channel.endpoint,
    stable: releaseName(stable),
    rollBack: await gatherRollBack(sources, route),
    chain: chainOf(stable.content)
      .map(({ provider, model }) => `${provider}/${model}`)
      .filter((model) => around?.has(model) !== true),
    switched:
      paused === undefined || paused.subject.type !== "model"
        ? null
        : { model: paused.subject.name, pause: paused.id, at: paused.at, by: paused.by },
  };
}
