import { scoped } from "../../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import type { Announcer } from "../../ports/announcer.ts";

/** Tells what happened in one environment: budgets, endpoints and pauses of another one than the own name it. */
export function createScopedAnnouncer(announcer: Announcer, scope: EnvironmentScope): Announcer {
  if (scope === "") return announcer;
  const environment = scope.slice(0, -1);
  return {
    decided: (rollout, events) => announcer.decided(rollout, events),
    troubled: (what, cause, about) => announcer.troubled(`${what} in ${environment}`, cause, about),
    callEnded: (facts, untold) => announcer.callEnded?.(facts, untold),
    recovered: (what) => announcer.recovered(`${what} in ${environment}`),
    spent: ({ account, ...alert }) =>
      announcer.spent?.({ ...alert, account: { ...account, budget: scoped(scope, account.budget) } }),
    budgetEmptied: (account) => announcer.budgetEmptied?.({ ...account, budget: scoped(scope, account.budget) }),
    budgetReleased: (release) => announcer.budgetReleased?.({ ...release, budget: scoped(scope, release.budget) }),
    pausedByRule: (pause) => announcer.pausedByRule?.({ ...pause, subject: { ...pause.subject, environment } }),
    tooDear: ({ subject, ...alert }) =>
      announcer.tooDear?.({ ...alert, subject: { ...subject, name: scoped(scope, subject.name) } }),
  };
}
