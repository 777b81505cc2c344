import { HOUR_MS } from "../spend/spend-book.ts";
import type { Cause } from "./find-cause.ts";
import { MACHINE, nameOf } from "./pause.ts";
import type { Pause, PauseSubject, RuleFact } from "./pause.ts";
import type { PauseRule } from "./pause-rule.ts";

/** A cause that a rule has found with a subject. */
export interface FoundCause {
  readonly rule: PauseRule;
  readonly subject: PauseSubject;
  readonly cause: Cause;
}

/** What a rule does about a cause, as it is kept: a pause in force, or a note that was lifted when it was written. */
export type PauseDecision = Pick<Pause, "reason"> & {
  readonly rule: RuleFact;
  /** Why a note is no pause; `null` for a pause. */
  readonly instead: string | null;
};

/**
 * What a rule does about a cause; `null` is nothing. `last` is what it did last about this subject. A rule stops a
 * subject once for a cause: after a person has let its calls in again, it leaves them alone until the cause is over and
 * its cooldown too, and says so once. A pause that ended by itself may be followed by another. Times are epoch ms.
 */
export function decidePause(
  { rule, subject, cause }: FoundCause,
  last: Pause | null,
  now: number,
): PauseDecision | null {
  const reason = `Rule ${rule.name}: ${nameOf(subject)} ${cause.text}.`;
  const act = (): PauseDecision => actOf(rule, cause, { reason, now });
  if (last?.rule === undefined) return act();
  if (last.lifted === null) return null;
  const { outcome, until } = last.rule;
  // Who has seen what the rule would do, and lets it do it now, wants it done.
  if (outcome === "observed" && rule.mode === "pause") return act();
  if (outcome !== "paused") return until !== null && now < until ? null : act();
  if (isOver(last)) return act();
  const { at, by } = last.lifted;
  // Whoever lifted it has seen what this hour cost: the rest of the hour changes nothing of that.
  const isSameHour = cause.endsAt !== null && last.at >= cause.endsAt - HOUR_MS;
  const restUntil = Math.max(at + rule.cooldownMs, isSameHour ? cause.endsAt : 0);
  if (now >= restUntil) return act();
  const instead = `${by} lifted its pause at ${clockTime(at)}: this rule leaves it alone until ${clockTime(restUntil)}.`;
  return { reason, rule: { name: rule.name, outcome: "left-alone", until: restUntil }, instead };
}

/** Whether a pause ended by itself, its time being over. */
const isOver = ({ lifted, rule }: Pause): boolean =>
  lifted !== null && lifted.by === MACHINE && rule?.until != null && lifted.at >= rule.until;

function actOf(
  { name, mode, liftAfterMs, cooldownMs }: PauseRule,
  { endsAt }: Cause,
  { reason, now }: { readonly reason: string; readonly now: number },
): PauseDecision {
  if (mode === "observe") {
    const until = Math.max(endsAt ?? 0, now + cooldownMs);
    return { reason, rule: { name, outcome: "observed", until }, instead: "This rule only observes." };
  }
  // Within its hour the cause stays true: a pause that ended earlier would come back with the next call.
  const until = liftAfterMs === null ? null : Math.max(endsAt ?? 0, now + liftAfterMs);
  return { reason, rule: { name, outcome: "paused", until }, instead: null };
}

const clockTime = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
