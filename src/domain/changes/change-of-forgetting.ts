import { lineOf } from "./change.ts";
import type { Change } from "./change.ts";

/** Kept answers or results that a person had forgotten. */
export interface Forgetting {
  readonly environment: string;
  readonly endpoint: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Name of the person's key; `null` where nobody knows. */
  readonly by: string | null;
  /** What is forgotten, with how many: `12 kept answers`. */
  readonly what: string;
}

/** That they are forgotten: calls ask their models again. */
export const changeOfForgetting = ({ environment, endpoint, at, by, what }: Forgetting): Change => ({
  id: `cache:${environment}:${endpoint}:${at}:${what}`,
  at,
  kind: "cache",
  weight: "info",
  environment,
  endpoint,
  by,
  line: lineOf(`${what} of ${endpoint} ${what.startsWith("1 ") ? "was" : "were"} forgotten`),
});
