import type { CallRecord } from "../../domain/call/call-record.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import type { Release } from "../../domain/release/release.ts";
import type { KeptRoute } from "../../domain/routing/decide-route.ts";
import type { ChannelName, Route } from "../../domain/traffic/route.ts";
import type { Environments, Gateway, GatewaySettings } from "../../gateway/gateway.ts";
import { ProviderLimits } from "../../gateway/meters/provider-limits.ts";
import { PrefixDesk } from "../../gateway/prompt-cache/prefix-desk.ts";
import { NO_OBSERVER } from "../../ports/session-observer.ts";
import type { BudgetLedger } from "../../ports/budget-ledger.ts";
import type { Pins } from "../../ports/pins.ts";
import { createCopyLedger } from "../copy-money/create-copy-ledger.ts";
import { operatorBudgets } from "../copy-money/operator-budgets.ts";
import { PURSE_RULE } from "./purse.ts";

/** What a candidate is replayed on. */
export interface ReplayTerms {
  /** Of the live traffic in the channel's environment. */
  readonly live: Gateway;
  readonly channel: ChannelName;
  readonly candidate: Release;
  /** Id of the backtest: the key that its calls are made with. */
  readonly backtest: string;
  readonly replicaId: string;
  /** What its spend is booked as; absent is a backtest. */
  readonly purpose?: "shadow";
}

/** What one session is replayed with. */
export interface SessionSockets {
  /** Its own; beside it its calls take from the budgets of whoever runs the server. */
  readonly budgets: BudgetLedger;
  /** Gets every call as it is recorded, with its bytes. */
  readonly onRecord: (record: CallRecord) => void;
}

/** Makes the gateway that a session is replayed on. */
export type ReplayGateways = (sockets: SessionSockets) => Gateway;

const NO_PINS: Pins = { get: () => undefined, set: () => {}, forgotten: () => 0 };

/**
 * The same stages as those of a live call, plugged into other sockets: the candidate answers alone, nothing is pinned,
 * kept or counted as evidence, and money comes from the backtest's own budget and, where they have room to spare, from
 * those budgets of live traffic that belong to no caller. Providers and their prices, emergency stops
 * and the refusals of a server with too much to do are those of the live traffic. What is known of the providers' health
 * is its own: no live call is led round a provider because of a replay.
 */
export function replayGateways({
  live,
  channel,
  candidate,
  backtest,
  replicaId,
  purpose,
}: ReplayTerms): ReplayGateways {
  const { clock, spend, summaries } = live;
  const route = routeOf(channel, candidate);
  const health = new HealthBoard();
  const settings = settingsOf(live);
  const isOn = (): boolean => settings().limits.learned ?? true;
  // Whoever replays ends its calls itself when the server stops: cut off by it they would speak against the candidate.
  const { errors: _errors, underWay: _underWay, ...plain } = live;
  const common = {
    ...plain,
    // Whatever the endpoint was called when it was recorded: an alias may have gone since.
    routes: { byEndpoint: () => route, all: () => [route] },
    pins: NO_PINS,
    observer: NO_OBSERVER,
    summaries: { ...summaries, keyOf: summaries.keyOf.bind(summaries), get: () => undefined, keep: () => {} },
    spend: {
      note: (slot, attempt) =>
        spend.note(
          { ...slot, endpoint: `${slot.endpoint} (${purpose ?? "backtest"})`, keyId: backtest, user: "" },
          attempt,
        ),
    } satisfies Gateway["spend"],
    prefixes: new PrefixDesk(),
    health,
    learned: new ProviderLimits({ clock, health, replicaId, isOn }),
    load: { inFlight: 0, bytes: 0, limited: 0, limitedBy: new Map(), unpaid: 0, unpaidBy: new Map(), turnedAway: 0 },
    settings,
  };
  return ({ budgets, onRecord }) => {
    const gateway: Gateway = {
      ...common,
      sessionRoutes: keptRoutes(),
      budgets: createCopyLedger({ own: budgets, ownName: PURSE_RULE.name, shared: live.budgets }),
      recorder: { record: onRecord, counts: () => live.recorder.counts(), flush: async () => {} },
      environments: onlyOne(() => gateway, channel.environment),
    };
    return gateway;
  };
}

function onlyOne(gateway: () => Gateway, own: string): Environments {
  return { own, forKey: gateway, named: gateway, all: () => [gateway()] };
}

/** Whoever is replayed stays with the model that it was routed to, as in live traffic; for one session only. */
function keptRoutes(): Gateway["sessionRoutes"] {
  const kept = new Map<string, KeptRoute>();
  return {
    get: (_endpoint, session) => kept.get(session),
    set: (_endpoint, session, route) => void kept.set(session, route),
  };
}

/** The candidate without a cache, and with its bytes: what is kept of them is decided when the call is recorded. */
function routeOf(channel: ChannelName, candidate: Release): Route {
  const { cache: _, ...policies } = candidate.content.policies;
  const content = { ...candidate.content, policies: { ...policies, record: "exact" as const } };
  return { channel, epoch: 0, stable: { ...candidate, content }, split: null, draining: null };
}

/** The live settings as they are in force, with the backtest's own meters in place of those of live traffic. */
function settingsOf(live: Gateway): () => GatewaySettings {
  let known: { readonly from: GatewaySettings; readonly made: GatewaySettings } | null = null;
  return () => {
    const from = live.settings();
    if (known?.from === from) return known.made;
    const budgets = [PURSE_RULE, ...operatorBudgets(from.meters?.budgets ?? [])];
    const made = { ...from, meters: { limits: [], budgets, queue: null }, pauseRules: [] };
    known = { from, made };
    return made;
  };
}
