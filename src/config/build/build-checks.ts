import { DEFAULT_ACTIONS } from "../../domain/answer/checks-policy.ts";
import type { CheckAction, CheckName, ChecksPolicy } from "../../domain/answer/checks-policy.ts";
import { CHECK_KEYS } from "../schema/checks-schema.ts";
import type { EndpointInput } from "../schema/endpoint-schema.ts";

/** What an endpoint demands of answers, every default written out; `undefined` when it says nothing. */
export function buildChecks({ checks }: Pick<EndpointInput, "checks">): ChecksPolicy | undefined {
  if (checks === undefined) return undefined;
  const actions: Record<CheckName, CheckAction> = { ...DEFAULT_ACTIONS };
  for (const [key, name] of Object.entries(CHECK_KEYS)) {
    actions[name] = checks[key as keyof typeof CHECK_KEYS] ?? DEFAULT_ACTIONS[name];
  }
  return { actions, unrepaired: checks.unrepaired ?? "deliver" };
}
