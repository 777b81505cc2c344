import type { CallFacts } from "./call-record.ts";

/**
 * Whether a call was answered only because another attempt, a fallback or a kept answer made up for one that failed. What a
 * client left, and what a cascade rejects on purpose, did not fail.
 */
export const isRepaired = ({ outcome, attempts }: Pick<CallFacts, "outcome" | "attempts">): boolean =>
  outcome === "ok" && attempts.some(({ end, error }) => error !== null && end !== "abandoned" && end !== "rejected");
