import type { RequestOutline } from "../../domain/call/outline.ts";
import type { ContextPolicy } from "../../domain/context/context-policy.ts";
import type { OpenCall } from "../open-call.ts";

/** Names of the longest answer among a release's parameters. */
const MAXIMA = ["max_completion_tokens", "max_tokens"] as const;

/** Tokens kept free for the answer: what the release sets, else what the request asks for, else what the policy says. */
export function reservedTokens(call: OpenCall, policy: ContextPolicy, { maxTokens }: RequestOutline): number {
  const parameters = call.placement?.release.content.parameters ?? {};
  for (const name of MAXIMA) {
    const value = parameters[name];
    if (typeof value === "number") return value;
  }
  return maxTokens ?? policy.reserveTokens;
}
