import type { ContextFact } from "../../domain/context/context-policy.ts";
import type { CallPlan } from "../attempt/plan-of.ts";
import type { ByteEdit } from "../../ports/dialect.ts";

/** How a call was made to fit. */
export interface OpenContext {
  readonly fact: ContextFact;
  /** What is left out of the request, and what stands in its place. */
  readonly edits: readonly ByteEdit[];
  /** Positions of the larger models that take it, in order; `null` where the release's own do. */
  readonly roomy: readonly number[] | null;
  readonly summaryPico: bigint;
  /** By how much its counts were corrected; absent where not all of it is text. */
  readonly factor?: number;
  /** Whether it was cut again because a provider counted more. */
  readonly isTightened?: boolean;
}

/** The plan of a call that only larger models take: nobody else is asked. */
export function planWithRoom(plan: CallPlan, context: OpenContext | undefined): CallPlan {
  const roomy = context?.roomy ?? null;
  return roomy === null ? plan : { ...plan, chains: { ...plan.chains, outage: roomy, rateLimit: roomy } };
}

/** What a client is told; values are counts and words of ours. `null` when nothing was done. */
export function contextHeader({ fact }: OpenContext): string | null {
  const { done, tokens, cutMessages, cutTokens } = fact;
  if (done === "fits") return null;
  const cut = cutMessages === 0 ? "" : `; cut-messages=${cutMessages}; cut-tokens=${cutTokens}`;
  return `${done}; tokens=${tokens}${cut}`;
}
