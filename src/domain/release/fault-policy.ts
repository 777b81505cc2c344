import type { ModelTarget, ReleaseContent } from "./release.ts";

/** How often one target is asked again, and how long a call waits for it. */
export interface RetryPolicy {
  /** Most attempts at one target within a call, the first included. */
  readonly attempts: number;
  /** Retries that a target may get, as a share of the calls it gets; in [0, 1]. */
  readonly budget: number;
  /** Wait before the first retry is drawn from 0 to this; it doubles with every further one. */
  readonly firstWaitMs: number;
  /** Longest wait when nobody else could answer, whatever the provider asks for. */
  readonly longestWaitMs: number;
  /** Longest wait while another target could answer instead. */
  readonly waitBeforeFallbackMs: number;
}

/** Who is asked next, by what went wrong. */
export interface FallbackChains {
  /** `null` is the release's `models` in order. */
  readonly outage: readonly ModelTarget[] | null;
  /** `null` is the release's `models` in order. */
  readonly rateLimit: readonly ModelTarget[] | null;
  readonly contextOverflow: readonly ModelTarget[];
  readonly contentPolicy: readonly ModelTarget[];
}

/** When a second target is asked because the first token is late: after a time, or after a quantile of such times. */
export type HedgePolicy =
  | { readonly type: "delay"; readonly afterMs: number }
  | { readonly type: "quantile"; readonly quantile: number };

/** How much of a stream is held back so that another target can still take over; whichever is reached first ends it. */
export interface HoldBackPolicy {
  readonly characters: number;
  readonly ms: number;
}

/** What a release demands when a provider fails. */
export interface FaultPolicy {
  readonly retries: RetryPolicy;
  readonly fallbacks: FallbackChains;
  /** `null` asks nobody twice. */
  readonly hedge: HedgePolicy | null;
  /** `null` delivers from the first token on. */
  readonly holdBack: HoldBackPolicy | null;
  /**
   * Longest time of one attempt at an answer that is not streamed. `null` is half of what is left of the
   * deadline while another target could take over, else all of it.
   */
  readonly answerMs: number | null;
}

/** The policy of a release that says nothing, and of a direct call. */
export const DEFAULT_FAULT_POLICY: FaultPolicy = {
  retries: { attempts: 2, budget: 0.2, firstWaitMs: 500, longestWaitMs: 10_000, waitBeforeFallbackMs: 2_000 },
  fallbacks: { outage: null, rateLimit: null, contextOverflow: [], contentPolicy: [] },
  hedge: null,
  holdBack: null,
  answerMs: null,
};

/** The fault policy in force for a release; one written before there was such a policy has the default. */
export const faultPolicyOf = ({ policies }: Pick<ReleaseContent, "policies">): FaultPolicy =>
  policies.faults ?? DEFAULT_FAULT_POLICY;

/** Whether two targets are the same place. */
export const isSameTarget = (one: ModelTarget, other: ModelTarget): boolean =>
  one.provider === other.provider && one.model === other.model;

/**
 * Every target that a release may ask, each once: the model chain in order, then those that only a fallback
 * chain names. The position is the number in the tier `fallback:<n>`; position 0 is the primary.
 */
export function targetsOf(content: Pick<ReleaseContent, "models" | "policies">): readonly ModelTarget[] {
  const { outage, rateLimit, contextOverflow, contentPolicy } = faultPolicyOf(content).fallbacks;
  const targets: ModelTarget[] = [...content.models];
  const larger = content.policies.context?.larger.map(({ target }) => target) ?? [];
  for (const target of [...(outage ?? []), ...(rateLimit ?? []), ...contextOverflow, ...contentPolicy, ...larger]) {
    if (!targets.some((known) => isSameTarget(known, target))) targets.push(target);
  }
  return targets;
}

/** The targets that step in for one another when a provider is away, in their order. */
export const chainOf = (content: Pick<ReleaseContent, "models" | "policies">): readonly ModelTarget[] =>
  faultPolicyOf(content).fallbacks.outage ?? content.models;
