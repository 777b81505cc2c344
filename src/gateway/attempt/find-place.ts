import { RollwardError } from "../../domain/errors.ts";
import { chooseDeployment } from "../../domain/health/balance.ts";
import type { Candidate } from "../../domain/health/balance.ts";
import { ONE_REQUEST } from "../../domain/limits/learned/learned-limit.ts";
import type { Need } from "../../domain/limits/learned/learned-limit.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { chooseWarm } from "../../domain/prompt-cache/choose-warm.ts";
import type { Gateway } from "../gateway.ts";
import type { CallPlan, Deployment, PlannedTarget } from "./plan-of.ts";
import type { Leave } from "./ticket.ts";

/** A deployment that may be asked, with a key and the leave of its breaker. */
export interface Place extends Leave {
  /** Position in the targets of the plan. */
  readonly target: number;
}

/** What is looked for. */
export interface Search {
  readonly target: number;
  /** Deployments that are not to be asked. */
  readonly left: ReadonlySet<Deployment> | null;
  /** Nobody else could answer: an open breaker is probed sooner, and a refused key tried again. */
  readonly isUrgent: boolean;
  readonly stream: boolean;
  /** What the call begins with: of the places that are well, the one that has it is asked; absent is any. */
  readonly beginning?: string;
  /** The same place is asked again: such attempts do not add to the budget that they are taken from. */
  readonly isRetry?: boolean;
  /** What the call takes of its provider's limits; asked only where they are known. Absent is one request. */
  readonly need?: () => Need;
}

/** A place, or why there is none and after how many milliseconds there may be one. */
export type Found =
  | { readonly type: "place"; readonly place: Place }
  | { readonly type: "none"; readonly error: RollwardError; readonly waitMs: number | null };

type Terms = Pick<Gateway, "clock" | "random">;

/** Finds the deployment and key of a target for the next attempt, and takes the leave of its breaker. */
export function findPlace(terms: Terms, plan: CallPlan, search: Search): Found {
  const planned = plan.targets[search.target];
  const deployment = planned === undefined ? undefined : chosen(terms, planned, search);
  if (planned === undefined || deployment === undefined) return none(terms, planned, search);
  const now = terms.clock.elapsed();
  const { circuit, keys, budget } = deployment.health;
  const need = needOf(deployment, search);
  const choice = keys.choose(now, need, search.beginning);
  // A refused key may have been unlocked; a limited one must rest.
  if (!choice.ready && choice.reason === "rate-limit") return none(terms, planned, search);
  const admission = circuit.admit(now, search.isUrgent, terms.random());
  if (admission === "refused") return none(terms, planned, search);
  if (search.isRetry !== true) budget.called(plan.policy.retries.budget);
  return { type: "place", place: { target: search.target, deployment, key: choice.key, admission, need } };
}

/** What was learnt of limits before that was switched off no longer counts. */
export function forgetLimits({ targets }: CallPlan): void {
  for (const { deployments } of targets) for (const { health } of deployments) health.keys.forgetLimits();
}

/** What is kept of a key's limits for a call whose turn has come. */
export interface Hold {
  release(): void;
}

const NOTHING_HELD: Hold = { release() {} };

/**
 * Keeps for a call what it takes of a key's limits, so that nobody else may have it, or says after how many
 * milliseconds that may be possible. Where something else than a limit is in the way nothing needs to be kept.
 */
export function holdPlace(terms: Terms, plan: CallPlan, search: Search): Hold | number {
  const planned = plan.targets[search.target];
  const now = terms.clock.elapsed();
  for (const deployment of planned?.deployments ?? []) {
    if (!isOpen(deployment, now, search)) continue;
    const need = needOf(deployment, search);
    const { key } = deployment.health.keys.choose(now, need, search.beginning);
    const quota = deployment.health.keys.quotaOf(key);
    const sent = quota.sent(need, now);
    return { release: () => quota.unsent(sent) };
  }
  const found = none(terms, planned, search);
  return found.type === "none" && found.error.code === "provider_rate_limited" && found.waitMs !== null
    ? found.waitMs
    : NOTHING_HELD;
}

/** Whether a target has another deployment that could be asked now. Changes nothing. */
export function hasOther({ clock }: Terms, plan: CallPlan, search: Search): boolean {
  const now = clock.elapsed();
  return plan.targets[search.target]?.deployments.some((one) => isOpen(one, now, search)) ?? false;
}

function chosen({ clock, random }: Terms, planned: PlannedTarget, search: Search): Deployment | undefined {
  const { deployments, balance } = planned;
  const now = clock.elapsed();
  const [only] = deployments;
  if (deployments.length === 1 && only !== undefined) return isOpen(only, now, search) ? only : undefined;
  const healthy = deployments.filter((one) => isOpen(one, now, { ...search, isUrgent: false }));
  const open = healthy.length > 0 ? healthy : deployments.filter((one) => isOpen(one, now, search));
  const { beginning } = search;
  if (beginning !== undefined) {
    const places = open.map(({ target, weight, health }) => ({
      name: target.provider,
      weight,
      inFlight: health.inFlight,
    }));
    return open[chooseWarm(places, beginning)];
  }
  const candidates = open.map((one) => candidateOf(one, now, search.stream));
  return open[chooseDeployment(candidates, balance, random)];
}

function isOpen(deployment: Deployment, now: number, search: Search): boolean {
  const { left, isUrgent } = search;
  if (left?.has(deployment) === true) return false;
  const { circuit, keys } = deployment.health;
  if (!circuit.wouldAdmit(now, isUrgent)) return false;
  const need = needOf(deployment, search);
  return keys.isReady(now, need) || (isUrgent && keys.restReason(now, need) === "credentials");
}

const needOf = ({ health }: Deployment, { need }: Search): Need =>
  need === undefined || !health.keys.countsTokens ? ONE_REQUEST : need();

function candidateOf({ weight, health }: Deployment, now: number, stream: boolean): Candidate {
  const latencyMs = (stream ? health.firstToken : health.answer).peakMs(now);
  return { weight, inFlight: health.inFlight, latencyMs };
}

/** Why a target cannot be asked: not configured, all its keys rest, or its breakers are open. */
function none({ clock }: Terms, planned: PlannedTarget | undefined, search: Search): Found {
  const target = planned?.target ?? { provider: "?", model: "?" };
  const { provider, model } = target;
  const [first] = planned?.deployments ?? [];
  if (planned === undefined || first === undefined) {
    const details = { model: `${provider}/${model}`, known: "none", param: "model" };
    return { type: "none", error: new RollwardError("model_not_found", details), waitMs: null };
  }
  const now = clock.elapsed();
  const resting = planned.deployments.filter(
    (one) => search.left?.has(one) !== true && one.health.circuit.wouldAdmit(now, false),
  );
  const rests = resting.map((one) => one.health.keys.restMs(now, needOf(one, search))).filter((ms) => ms > 0);
  if (rests.length === 0) {
    return {
      type: "none",
      error: new RollwardError("provider_unavailable", { provider, model, retryAfter: 1 }),
      waitMs: null,
    };
  }
  const waitMs = Math.min(...rests);
  const isRefused = resting.every((one) => one.health.keys.restReason(now, needOf(one, search)) === "credentials");
  if (isRefused) {
    const details = { provider, status: 401, variable: "that holds the provider's keys" };
    return { type: "none", error: new RollwardError("provider_credentials", details), waitMs: null };
  }
  return { type: "none", error: exhausted(target, waitMs), waitMs };
}

/** A target of which is known that it would refuse the call; nobody asks it before `waitMs` have passed. */
export function exhausted({ provider }: Pick<ModelTarget, "provider">, waitMs: number): RollwardError {
  const details = { provider, status: 429, retryAfterMs: waitMs, retryAfter: Math.max(1, Math.ceil(waitMs / 1_000)) };
  return new RollwardError("provider_rate_limited", details);
}
