import type { CacheScope } from "../cache/cache-policy.ts";

/** What gives results: a tool of an application, or a place that it retrieves passages from. */
export interface ResultSource {
  readonly kind: "tool" | "retrieval";
  readonly name: string;
}

/** What is kept of a source's results, and for how long. A source without a policy has none kept. */
export interface ResultPolicy {
  /** For how long a result is given again. */
  readonly ttlMs: number;
  readonly scope: CacheScope;
  /** Largest result, bytes. */
  readonly maxEntryBytes: number;
  /** For how long identical lookups wait for one run that is under way. */
  readonly waitMs: number;
  /** Share in (0, 1] of the lookups that have a result and are told to run all the same, so that the two are compared. */
  readonly auditShare: number;
  /** Share in [0, 1) of the results that may have changed within their time, as declared; 0 closes at the first one. */
  readonly mayDiffer: number;
}

/** What a policy has where it says nothing; only `ttl` has no default. */
export const DEFAULT_RESULT_POLICY: Omit<ResultPolicy, "ttlMs"> = {
  scope: "key",
  maxEntryBytes: 64 * 1024,
  waitMs: 30_000,
  auditShare: 0.02,
  mayDiffer: 0,
};

/** Policies by name. A source that is in neither map is not declared. */
export interface ResultPolicies {
  readonly tools: ReadonlyMap<string, ResultPolicy>;
  readonly retrieval: ReadonlyMap<string, ResultPolicy>;
}

/** The policy of a source, or `null` where its results are not kept. */
export const policyOfSource = (
  policies: ResultPolicies | undefined,
  { kind, name }: ResultSource,
): ResultPolicy | null => policies?.[kind === "tool" ? "tools" : "retrieval"].get(name) ?? null;
