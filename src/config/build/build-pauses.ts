import type { PauseCondition, PauseRule } from "../../domain/access/pause-rule.ts";
import { COOLDOWN_MS, ERRORS_WITHIN_MS, LEAST_CALLS, LEAST_PICO } from "../schema/pauses-schema.ts";
import type { PauseRuleInput } from "../schema/pauses-schema.ts";

/** The rules that stop calls by themselves. */
export const buildPauses = (pauses: Readonly<Record<string, PauseRuleInput>> = {}): readonly PauseRule[] =>
  Object.entries(pauses).map(([name, input]) => ({
    name,
    per: input.per,
    only: onlyOf(input.only),
    condition: conditionOf(input),
    mode: input.mode ?? "pause",
    liftAfterMs: input.lift_after ?? null,
    cooldownMs: input.cooldown ?? COOLDOWN_MS,
  }));

const onlyOf = ({ tenants, keys, endpoints }: NonNullable<PauseRuleInput["only"]> = {}): PauseRule["only"] => ({
  ...(tenants !== undefined && { tenants }),
  ...(keys !== undefined && { keys }),
  ...(endpoints !== undefined && { endpoints }),
});

/** A rule without a condition is a mistake of the file and does not come here. */
function conditionOf({
  hour_above,
  hour_times_usual,
  least,
  errors_above,
  within,
  calls,
}: PauseRuleInput): PauseCondition {
  if (hour_above !== undefined) return { type: "hour-above", abovePico: hour_above };
  if (hour_times_usual !== undefined) {
    return { type: "hour-times-usual", times: hour_times_usual, leastPico: least ?? LEAST_PICO };
  }
  return {
    type: "errors-above",
    share: errors_above ?? 1,
    withinMs: within ?? ERRORS_WITHIN_MS,
    leastCalls: calls ?? LEAST_CALLS,
  };
}
