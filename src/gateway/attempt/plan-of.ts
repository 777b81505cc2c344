import { holdsAnswers } from "../../domain/answer/checks-policy.ts";
import type { BalanceStrategy } from "../../domain/health/balance.ts";
import type { TargetHealth } from "../../domain/health/target-health.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { FaultPolicy } from "../../domain/release/fault-policy.ts";
import { DEFAULT_FAULT_POLICY, faultPolicyOf, isSameTarget, targetsOf } from "../../domain/release/fault-policy.ts";
import type { ModelTarget, Release } from "../../domain/release/release.ts";
import type { Provider } from "../../ports/provider.ts";
import type { Gateway, GatewaySettings } from "../gateway.ts";
import { NO_MODEL } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { providerFor } from "../provider-for.ts";
import type { Verifier } from "./examine.ts";

/** One place that serves a target: the target itself, or a member of a pool. */
export interface Deployment {
  /** The model at the provider that is really asked. */
  readonly target: ModelTarget;
  readonly provider: Provider;
  readonly price: TokenPrice;
  /** The longest answer, tokens, that a translated request asks for where nobody names one; absent where it names none. */
  readonly unsaidMaximum?: number;
  readonly weight: number;
  readonly health: TargetHealth;
}

/** A target and the places that serve it; without any it is not configured here. */
export interface PlannedTarget {
  readonly target: ModelTarget;
  readonly deployments: readonly Deployment[];
  readonly balance: BalanceStrategy;
}

/** Chains as positions in the targets of a plan. */
export interface PlannedChains {
  readonly outage: readonly number[];
  readonly rateLimit: readonly number[];
  readonly contextOverflow: readonly number[];
  readonly contentPolicy: readonly number[];
  /** After a whole answer that was not good enough. */
  readonly rejected: readonly number[];
}

/** Who may be asked for a call, and in which order. Made once for a release under given settings. */
export interface CallPlan {
  readonly policy: FaultPolicy;
  /** Position 0 is the primary. */
  readonly targets: readonly PlannedTarget[];
  readonly chains: PlannedChains;
  /** Whether answers are held whole and examined before they are delivered. */
  readonly examines: boolean;
  /** Positions of targets whose answers go out as they come although others are examined; absent is none. */
  readonly trusted?: readonly number[];
  /** Judges answers that passed the checks; `null` where nobody does. */
  readonly verifier: Verifier | null;
}

const known = new WeakMap<Release, { readonly settings: GatewaySettings; readonly plan: CallPlan }>();

/** The plan of a call: that of its release, or the one target of a direct call under the default policy. */
export function planOf(gateway: Gateway, open: OpenCall): CallPlan {
  const { settings } = open;
  const aim = present(open.aim);
  if (aim.type === "direct") {
    return planOfTarget(gateway, settings, aim.target);
  }
  const { release } = present(open.placement);
  const kept = known.get(release);
  if (kept?.settings === settings) return kept.plan;
  const plan = planFor(gateway, settings, release);
  known.set(release, { settings, plan });
  return plan;
}

/** The plan of what is asked of one model alone, under the default policy. */
export function planOfTarget(gateway: Gateway, settings: GatewaySettings, target: ModelTarget): CallPlan {
  const targets = [planned(gateway, settings, target)];
  return { policy: DEFAULT_FAULT_POLICY, targets, chains: NO_CHAINS, examines: false, verifier: null };
}

/** Whether the answers of a target are held whole and examined before they are delivered. */
export const holdsAnswersOf = ({ examines, trusted }: CallPlan, target: number): boolean =>
  examines && trusted?.includes(target) !== true;

/** What has no model has no price. */
const FREE: TokenPrice = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n };

const NO_CHAINS: PlannedChains = { outage: [0], rateLimit: [0], contextOverflow: [], contentPolicy: [], rejected: [] };

function planFor(gateway: Gateway, settings: GatewaySettings, { content }: Release): CallPlan {
  const policy = faultPolicyOf(content);
  const targets = targetsOf(content);
  const positions = (chain: readonly ModelTarget[]): readonly number[] =>
    chain.map((target) => targets.findIndex((one) => isSameTarget(one, target)));
  const { outage, rateLimit, contextOverflow, contentPolicy } = policy.fallbacks;
  return {
    policy,
    targets: targets.map((target) => planned(gateway, settings, target)),
    chains: {
      outage: positions(outage ?? content.models),
      rateLimit: positions(rateLimit ?? content.models),
      contextOverflow: positions(contextOverflow),
      contentPolicy: positions(contentPolicy),
      rejected: [],
    },
    examines: content.policies.checks !== undefined && holdsAnswers(content.policies.checks),
    verifier: null,
  };
}

function planned(gateway: Gateway, settings: GatewaySettings, target: ModelTarget): PlannedTarget {
  const pool = settings.pools.get(target.provider);
  const members = pool === undefined ? [[target.provider, 1] as const] : [...pool.members];
  const deployments = members.flatMap(([name, weight]): readonly Deployment[] => {
    const place = { provider: name, model: target.model };
    const provider = providerFor(settings.providers, place);
    const price = target.model === NO_MODEL ? FREE : provider?.prices.get(target.model);
    if (provider === undefined || price === undefined) return [];
    const wire = provider.speaks === null ? undefined : gateway.dialects.get(provider.speaks[0]);
    const unsaidMaximum = wire?.unsaidMaximum?.(target.model);
    const health = gateway.health.of(place, provider);
    return [{ target: place, provider, price, weight, health, ...(unsaidMaximum !== undefined && { unsaidMaximum }) }];
  });
  return { target, deployments, balance: pool?.balance ?? "weighted" };
}

/** Notes that a call may ask everything in its plan: also what it passes by, whose trouble is that of its callers. */
export function noteWanted({ targets }: Pick<CallPlan, "targets">, now: number): void {
  for (const { deployments } of targets) for (const { health } of deployments) health.wantedAt = now;
}
