import type { CallFacts } from "../call/call-record.ts";
import type { ContentPolicy } from "./trace-settings.ts";

/** Whether the prompts and answers of a call leave with its trace. */
export function wantsContent({ arm, outcome }: Pick<CallFacts, "arm" | "outcome">, policy: ContentPolicy): boolean {
  if (policy === "none" || policy === "all") return policy === "all";
  return policy === "errors" ? outcome === "failed" : arm === "candidate" || arm === "shadow";
}
