import { frozenName } from "../../domain/access/freeze.ts";
import type { Freeze } from "../../domain/access/freeze.ts";
import { callsOf } from "../../domain/access/pause.ts";
import type { Pause } from "../../domain/access/pause.ts";
import type { NowFacts } from "../../domain/now/situation.ts";
import { chainOf } from "../../domain/release/fault-policy.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Gateway } from "../../gateway/gateway.ts";

interface Stops {
  readonly pauses: readonly Pause[];
  readonly freezes: readonly Freeze[];
  /** Only what is about this endpoint; `null` is all. */
  readonly endpoint: string | null;
}

/** What people and rules have stopped. Models that calls go around stand with their endpoints. */
export const gatherStops = ({ pauses, freezes, endpoint }: Stops): Pick<NowFacts, "pauses" | "freezes"> => ({
  pauses: pauses
    .filter(({ subject }) => subject.type !== "model")
    .map(({ subject, at, by, reason, rule }) => ({
      calls: callsOf(subject),
      isAll: subject.type === "everything",
      endpoint: subject.type === "endpoint" ? subject.name : null,
      since: at,
      by: rule === undefined ? by : `the rule ${rule.name}`,
      reason,
    }))
    .filter((pause) => endpoint === null || pause.endpoint === null || pause.endpoint === endpoint),
  freezes: freezes.map(({ subject, at, by }) => ({ what: frozenName(subject), since: at, by })),
});

const UNKNOWN = { standing: "well", since: null, peak: null, share: null, calls: 0 } as const;

/** What is known without asking the database: endpoints, pauses and the models that are away. */
export function blindFacts(
  { routes, pauses }: Pick<Gateway, "routes" | "pauses">,
  away: ReadonlyMap<string, number>,
  now: number,
): NowFacts {
  const endpoints = routes.all().map(({ channel, stable }) => ({
    endpoint: channel.endpoint,
    stable: releaseName(stable),
    errors: UNKNOWN,
    until: null,
    cause: null,
    cure: null,
    answer: null,
    served: { calls: 0, fallback: 0 },
    overBudget: { calls: 0, since: null },
    rollout: null,
    withdrawn: null,
    switched: [],
    away: chainOf(stable.content)
      .map(({ provider, model }) => `${provider}/${model}`)
      .filter((model) => away.has(model))
      .map((model) => ({ model, since: away.get(model) ?? null })),
  }));
  const stops = gatherStops({ pauses: pauses.all(), freezes: [], endpoint: null });
  return { now, endpoints, alerts: [], ...stops, database: null };
}
