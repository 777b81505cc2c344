import { LeasedLedger } from "../adapters/budgets/leased-ledger.ts";
import { LeasedLimiter } from "../adapters/limiters/leased-limiter.ts";
import { LocalLimiter } from "../adapters/limiters/local-limiter.ts";
import { ValkeyLimitBoard } from "../adapters/limiters/valkey-limit-board.ts";
import type { HealthBoard } from "../domain/health/target-health.ts";
import type { Gateway, GatewaySettings } from "../gateway/gateway.ts";
import type { EnvironmentScope } from "../domain/traffic/environment-scope.ts";
import { Overload } from "../gateway/meters/overload.ts";
import { ProviderLimits } from "../gateway/meters/provider-limits.ts";
import { WaitingRoom } from "../gateway/meters/waiting-room.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { BudgetLedger } from "../ports/budget-ledger.ts";
import type { Clock } from "../ports/clock.ts";
import type { Limiter } from "../ports/limiter.ts";
import type { Stores } from "./stores.ts";

/** What meters stand on. */
export interface MeterTerms {
  readonly stores: Pick<Stores, "budgets" | "valkey">;
  readonly replicaId: string;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Before the names of an environment where replicas share them. */
  readonly scope: EnvironmentScope;
}

const ASKING = "telling the database what calls have cost";

/** Begins the names of limits in Valkey; the braces keep them on one node of a cluster. */
const LIMIT_KEYS = "{rollward:limits}:";

/** What calls are measured with: money always in the database, limits in Valkey where there is one. */
export function openMeters({ stores, replicaId, clock, announcer, scope }: MeterTerms): {
  readonly limiter: Limiter;
  readonly budgets: BudgetLedger;
  readonly waiting: WaitingRoom;
} {
  const budgets = new LeasedLedger({
    bank: stores.budgets,
    replicaId,
    clock,
    onAlert: (alert) => announcer.spent?.(alert),
    onTrouble: (trouble) => (trouble === null ? announcer.recovered(ASKING) : announcer.troubled(ASKING, trouble)),
  });
  const { valkey } = stores;
  const limiter =
    valkey === undefined
      ? new LocalLimiter(clock)
      : new LeasedLimiter({ valkey, clock, replicaId, prefix: `${LIMIT_KEYS}${scope}` });
  return { limiter, budgets, waiting: new WaitingRoom(clock, limiter) };
}

/** Begins the names of what replicas tell each other of their providers' limits. */
const LEARNED_KEYS = "{rollward:provider-limits}:";

/** What is learnt of load stands on. */
export interface LoadTerms extends Pick<MeterTerms, "replicaId" | "clock" | "scope"> {
  readonly stores: Pick<Stores, "valkey">;
  readonly health: HealthBoard;
  readonly settings: () => GatewaySettings;
}

/** What learns the limits of providers, shared where replicas share a Valkey, and what watches this process. */
export function openLoad({
  stores: { valkey },
  replicaId,
  clock,
  scope,
  health,
  settings,
}: LoadTerms): Pick<Gateway, "health" | "learned" | "overload" | "load"> {
  const load = {
    inFlight: 0,
    bytes: 0,
    limited: 0,
    limitedBy: new Map<string, number>(),
    unpaid: 0,
    unpaidBy: new Map<string, number>(),
    turnedAway: 0,
  };
  const board =
    valkey === undefined
      ? {}
      : { board: new ValkeyLimitBoard({ valkey, replicaId, prefix: `${LEARNED_KEYS}${scope}` }) };
  return {
    health,
    load,
    learned: new ProviderLimits({ clock, health, replicaId, ...board, isOn: () => settings().limits.learned ?? true }),
    overload: new Overload({ clock, load, thresholds: () => settings().limits.shedAt ?? null }),
  };
}
