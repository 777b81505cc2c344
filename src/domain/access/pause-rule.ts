import type { CallFilter } from "../limits/call-subjects.ts";
import { isAbout } from "../limits/call-subjects.ts";
import type { PausableCall, PauseSubject } from "./pause.ts";

/** Whose calls a rule watches together, and stops together. */
export type PausePer = "environment" | "endpoint" | "tenant" | "key";

/** What a rule stops for. Exactly one of them: a rule has one cause. */
export type PauseCondition =
  /** An hour (UTC) has cost more than so many pico-dollars. */
  | { readonly type: "hour-above"; readonly abovePico: bigint }
  /** An hour has cost more than so many times what the same hour of previous days did, and more than `leastPico`. */
  | { readonly type: "hour-times-usual"; readonly times: number; readonly leastPico: bigint }
  /** More than this share, in [0, 1), of the calls of the last `withinMs` failed, and they were at least so many. */
  | { readonly type: "errors-above"; readonly share: number; readonly withinMs: number; readonly leastCalls: number };

/** A rule that stops calls by itself. */
export interface PauseRule {
  readonly name: string;
  readonly per: PausePer;
  /** Which calls it watches. What it stops are all calls of the subject. */
  readonly only: Omit<CallFilter, "models">;
  readonly condition: PauseCondition;
  /** `observe` only notes what it would have done. */
  readonly mode: "pause" | "observe";
  /** How long it stops calls, ms; `null` is until a person lets them in again. */
  readonly liftAfterMs: number | null;
  /** How long it leaves a subject alone after a person has lifted its pause, ms. */
  readonly cooldownMs: number;
}

/** Whether a rule watches a call. */
export const isWatched = ({ only }: PauseRule, { endpoint, tenant, keyId }: PausableCall): boolean =>
  isAbout(only, { endpoint, tenant, keyId, environment: "", user: null, model: null });

/** Whom a rule counts a call for; `null` where it is not about the call. */
export function subjectFor(rule: PauseRule, call: PausableCall): PauseSubject | null {
  if (!isWatched(rule, call)) return null;
  const { endpoint, tenant, keyId } = call;
  switch (rule.per) {
    case "environment":
      return { type: "everything" };
    case "endpoint":
      return endpoint === null ? null : { type: "endpoint", name: endpoint };
    case "tenant":
      return tenant === null ? null : { type: "tenant", name: tenant };
    default:
      return { type: "key", name: keyId };
  }
}
