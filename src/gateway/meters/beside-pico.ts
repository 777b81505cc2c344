import type { OpenCall } from "../open-call.ts";

/** What was paid beside the attempts at an answer: judges and summaries, pico-dollars. */
export const besidePico = ({ routing, context }: Pick<OpenCall, "routing" | "context">): bigint =>
  (routing?.judgePico ?? 0n) + (context?.summaryPico ?? 0n);
