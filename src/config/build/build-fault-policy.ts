import type { FaultPolicy } from "../../domain/release/fault-policy.ts";
import { DEFAULT_FAULT_POLICY } from "../../domain/release/fault-policy.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { splitModel } from "../checks/check-models.ts";
import type { EndpointInput } from "../schema/endpoint-schema.ts";
import { DEFAULT_HOLD_BACK } from "../schema/fault-schema.ts";

const targets = (chain: readonly string[]): readonly ModelTarget[] =>
  chain.map(splitModel).filter((target) => target !== null);

/** What an endpoint demands when a provider fails, every default written out: a release means the same tomorrow. */
export function buildFaultPolicy(input: EndpointInput): FaultPolicy {
  const { retries, fallbacks, hedge, hold_back: holdBack } = input;
  const usual = DEFAULT_FAULT_POLICY;
  return {
    retries: {
      attempts: retries?.attempts ?? usual.retries.attempts,
      budget: retries?.budget ?? usual.retries.budget,
      firstWaitMs: retries?.first_wait ?? usual.retries.firstWaitMs,
      longestWaitMs: retries?.longest_wait ?? usual.retries.longestWaitMs,
      waitBeforeFallbackMs: retries?.wait_before_fallback ?? usual.retries.waitBeforeFallbackMs,
    },
    fallbacks: {
      outage: fallbacks?.outage === undefined ? null : targets(fallbacks.outage),
      rateLimit: fallbacks?.rate_limit === undefined ? null : targets(fallbacks.rate_limit),
      contextOverflow: targets(fallbacks?.context_overflow ?? []),
      contentPolicy: targets(fallbacks?.content_policy ?? []),
    },
    hedge: hedge?.after ?? null,
    holdBack:
      holdBack === undefined
        ? null
        : {
            characters: holdBack.characters ?? DEFAULT_HOLD_BACK.characters,
            ms: holdBack.time ?? DEFAULT_HOLD_BACK.ms,
          },
    answerMs: input.timeouts?.answer ?? null,
  };
}
