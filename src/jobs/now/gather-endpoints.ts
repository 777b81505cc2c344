import { assessErrors } from "../../domain/now/assess-errors.ts";
import { minutesOf, overBudgetOf, overBudgetSince } from "../../domain/now/minutes-of.ts";
import type { TalliedMinute } from "../../domain/now/minutes-of.ts";
import type { EndpointNow, RolloutNow, Withdrawal } from "../../domain/now/situation.ts";
import { chainOf } from "../../domain/release/fault-policy.ts";
import { releaseName } from "../../domain/release/release.ts";
import { isActive } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { SeriesSum } from "../../ports/series-store.ts";
import type { RolloutChanges } from "./rollout-changes.ts";
import type { Usual } from "./series-reader.ts";

/** What is known of all endpoints of an environment. */
export interface EndpointSources {
  readonly gateway: Pick<Gateway, "routes" | "pauses">;
  readonly rollouts: readonly Rollout[];
  readonly changes: RolloutChanges;
  readonly away: ReadonlyMap<string, number>;
  readonly minutes: readonly TalliedMinute[];
  /** The last five minutes. */
  readonly parts: readonly SeriesSum[];
  readonly usual: Usual;
  readonly now: number;
}

/** How long after its end a withdrawal is told, ms. */
const TOLD_MS = 60 * 60_000;
const NOTHING_USUAL = { calls: 0, faults: 0 };

/** Every endpoint as it stands, by name. */
export async function gatherEndpoints(sources: EndpointSources): Promise<readonly EndpointNow[]> {
  const routes = sources.gateway.routes.all();
  const endpoints = await Promise.all(routes.map((route) => endpointOf(route, sources)));
  return endpoints.toSorted((one, other) => (one.endpoint < other.endpoint ? -1 : 1));
}

async function endpointOf(route: Route, sources: EndpointSources): Promise<EndpointNow> {
  const { minutes, usual, now, away, gateway } = sources;
  const { endpoint } = route.channel;
  const own = sources.rollouts.filter(({ channel }) => channel.endpoint === endpoint);
  const parts = sources.parts.filter(({ members }) => members.endpoint === endpoint);
  const chain = chainOf(route.stable.content).map(({ provider, model }) => `${provider}/${model}`);
  const sum = (of: (part: SeriesSum) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const refused = sum(({ tally }) => overBudgetOf(tally));
  return {
    endpoint,
    stable: releaseName(route.stable),
    errors: assessErrors(minutesOf(minutes, endpoint), usual.errors.get(endpoint) ?? NOTHING_USUAL, now),
    served: {
      calls: sum(({ tally }) => tally.calls),
      fallback: sum(({ members, tally }) => (members.tier?.startsWith("fallback") === true ? tally.calls : 0)),
    },
    overBudget: { calls: refused, since: refused === 0 ? null : overBudgetSince(minutes, endpoint, now) },
    rollout: await rolloutOf(own, sources.changes),
    withdrawn: await withdrawalOf(own, sources),
    switched: gateway.pauses
      .all()
      .flatMap(({ subject, at, by }) =>
        subject.type === "model" && subject.endpoint === endpoint ? [{ model: subject.name, since: at, by }] : [],
      ),
    away: chain.filter((model) => away.has(model)).map((model) => ({ model, since: away.get(model) ?? null })),
  };
}

async function rolloutOf(own: readonly Rollout[], changes: RolloutChanges): Promise<RolloutNow | null> {
  const active = own.find(({ phase }) => isActive(phase));
  if (active === undefined) return null;
  const { turns } = await changes.of(active);
  const candidate = await changes.nameOf(active.candidate);
  return { candidate, weight: active.weight, holds: active.holds, heldSince: turns.heldSince };
}

/** The newest candidate that was taken back of late. */
async function withdrawalOf(own: readonly Rollout[], { changes, now }: EndpointSources): Promise<Withdrawal | null> {
  for (const rollout of own) {
    if (rollout.endedAt !== null && rollout.endedAt < now - TOLD_MS) continue;
    const { withdrawal } = (await changes.of(rollout)).turns;
    if (withdrawal !== null) {
      return { candidate: await changes.nameOf(rollout.candidate), ...withdrawal };
    }
  }
  return null;
}
