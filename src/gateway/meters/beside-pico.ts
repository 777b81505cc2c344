import type { OpenCall } from "../open-call.ts";

/** What was paid beside the attempts at an answer: judges and summaries, pico-dollars. */
export const besidePico = ({ routing, context, cache }: Pick<OpenCall, "routing" | "context" | "cache">): bigint =>
  (routing?.judgePico ?? 0n) + (context?.summaryPico ?? 0n) + (cache?.semantic?.judgePico ?? 0n);

/** What budgets have had already: the vector of the question, and what was made for a release that the call left. */
export const settledPicoOf = ({ cache, paidPico = 0n }: Pick<OpenCall, "cache" | "paidPico">): bigint =>
  (cache?.semantic?.vectorPico ?? 0n) + paidPico;
