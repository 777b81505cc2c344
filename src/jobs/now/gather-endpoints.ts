import { assessErrors } from "../../domain/now/assess-errors.ts";
import type { ErrorAssessment } from "../../domain/now/assess-errors.ts";
import { errorsSince } from "../../domain/now/errors-since.ts";
import { minutesOf } from "../../domain/now/minutes-of.ts";
import type { TalliedMinute } from "../../domain/now/minutes-of.ts";
import { overBudgetNow } from "../../domain/now/over-budget.ts";
import type { EndpointNow, RolloutNow, Withdrawal } from "../../domain/now/situation.ts";
import { causeWords } from "../../domain/now/rollout-turns.ts";
import { chainOf } from "../../domain/release/fault-policy.ts";
import { releaseName } from "../../domain/release/release.ts";
import { isReturn } from "../../domain/rollout/is-return.ts";
import { isActive } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { SeriesSum } from "../../ports/series-store.ts";
import type { RolloutChanges } from "./rollout-changes.ts";
import type { Usual } from "./series-reader.ts";
import type { TroubleQuestion, TroubleStory } from "./tell-trouble.ts";

/** What is known of all endpoints of an environment. */
export interface EndpointSources {
  readonly gateway: Pick<Gateway, "routes" | "pauses" | "settings">;
  readonly rollouts: readonly Rollout[];
  readonly changes: RolloutChanges;
  readonly away: ReadonlyMap<string, number>;
  readonly minutes: readonly TalliedMinute[];
  /** The last five minutes. */
  readonly parts: readonly SeriesSum[];
  readonly usual: Usual;
  /** What an endpoint's trouble came from, and since when it lasts. */
  readonly trouble: (question: TroubleQuestion) => Promise<TroubleStory | null>;
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
  const assessed = assessErrors(minutesOf(minutes, endpoint), usual.errors.get(endpoint) ?? NOTHING_USUAL, now);
  const rules = gateway.settings().meters?.budgets ?? [];
  return {
    endpoint,
    stable: releaseName(route.stable),
    ...(await troubleOf(endpoint, assessed, sources)),
    served: {
      calls: sum(({ tally }) => tally.calls),
      fallback: sum(({ members, tally }) => (members.tier?.startsWith("fallback") === true ? tally.calls : 0)),
    },
    overBudget: overBudgetNow({ endpoint, minutes, rules, now }),
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

/** When its errors began and ended, what they came from and what they are owed to that they did; nothing where it is well. */
async function troubleOf(
  endpoint: string,
  assessed: ErrorAssessment,
  { trouble, minutes, now }: EndpointSources,
): Promise<Pick<EndpointNow, "errors" | "until" | "cause" | "cure" | "answer">> {
  const found = await trouble({ endpoint, errors: assessed, now });
  if (found === null) return { errors: assessed, until: null, cause: null, cure: null, answer: null };
  const { since, ...rest } = found;
  return { errors: errorsSince(assessed, minutesOf(minutes, endpoint), { since, now }), ...rest };
}

async function rolloutOf(own: readonly Rollout[], changes: RolloutChanges): Promise<RolloutNow | null> {
  const active = own.find(({ phase }) => isActive(phase));
  if (active === undefined) return null;
  const { turns } = await changes.of(active);
  const candidate = await changes.nameOf(active.candidate);
  return { id: active.id, candidate, weight: active.weight, holds: active.holds, heldSince: turns.heldSince };
}

/** The newest release that was taken back of late: a candidate, or the stable one by a return to an earlier release. */
async function withdrawalOf(own: readonly Rollout[], { changes, now }: EndpointSources): Promise<Withdrawal | null> {
  const found: Withdrawal[] = [];
  for (const rollout of own) {
    if (rollout.endedAt !== null && rollout.endedAt < now - TOLD_MS) continue;
    const { withdrawal, moved } = (await changes.of(rollout)).turns;
    if (withdrawal !== null) {
      const candidate = await changes.nameOf(rollout.candidate);
      const { id, startedAt } = rollout;
      found.push({ rollout: id, candidate, isReturn: false, startedAt, ...withdrawal });
    } else if (isReturn(rollout) && moved !== null) {
      const candidate = await changes.nameOf(rollout.stable);
      const told = { at: moved.at, by: moved.by, cause: causeWords("command"), isOver: true, weight: 1 };
      found.push({ rollout: rollout.id, candidate, isReturn: true, startedAt: null, ...told });
    }
  }
  return found.toSorted((one, other) => other.at - one.at)[0] ?? null;
}
