import type { Json } from "../json.ts";
import type { MetadataValue } from "./flag.ts";

/** Why a flag has its value, as OpenFeature names it (https://openfeature.dev/specification/types). */
export type Reason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "ERROR";

/** What made a flag DISABLED. */
export type OffCause = "killed" | "schedule" | "prerequisite";

/** What kept a flag from being evaluated, by OpenFeature's code. */
export interface EvaluationError {
  readonly code: "TARGETING_KEY_MISSING" | "INVALID_CONTEXT" | "GENERAL";
  readonly message: string;
}

/** What a flag is for a context. */
export interface Evaluation {
  readonly key: string;
  readonly value: Json;
  readonly variant: string;
  readonly reason: Reason;
  /** The rule that decided; `null` where none did. */
  readonly rule: string | null;
  /** Why it is off; `null` where it is not. */
  readonly cause: OffCause | null;
  /** With the reason ERROR; the variant is then the default one. */
  readonly error: EvaluationError | null;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}
