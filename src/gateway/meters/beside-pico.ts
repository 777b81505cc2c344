import type { OpenCall } from "../open-call.ts";

/** What was paid beside the attempts at an answer: judges and summaries, pico-dollars. */
export const besidePico = ({ routing, context, cache }: Pick<OpenCall, "routing" | "context" | "cache">): bigint =>
  (routing?.judgePico ?? 0n) + (context?.summaryPico ?? 0n) + (cache?.semantic?.judgePico ?? 0n);

/** What was paid for the vector of the question: budgets have had it already. */
export const vectorPicoOf = ({ cache }: Pick<OpenCall, "cache">): bigint => cache?.semantic?.vectorPico ?? 0n;
