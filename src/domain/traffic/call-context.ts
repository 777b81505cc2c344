import type { EvaluationContext } from "../flags/condition.ts";

/** What is known of a call before anybody answers it. */
export interface CallTerms {
  /** What the client says: its `variables` and `metadata`. */
  readonly variables: Readonly<Record<string, string>>;
  /** The user that the client names; `null` for none. */
  readonly user: string | null;
  readonly session: string;
  readonly endpoint: string;
  readonly environment: string;
  /** Name of its key. */
  readonly key: string;
  readonly tenant: string | null;
}

/**
 * A call as conditions see it. What the server knows stands beside what the client says and is never replaced by it:
 * nobody names himself another tenant.
 */
export const contextOfCall = ({ variables, user, tenant, ...known }: CallTerms): EvaluationContext => ({
  ...variables,
  ...(user !== null && { user, targetingKey: user }),
  ...known,
  ...(user === null && { targetingKey: known.session }),
  tenant,
});
