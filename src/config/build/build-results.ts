import { DEFAULT_RESULT_POLICY } from "../../domain/results/result-policy.ts";
import type { ResultPolicies, ResultPolicy } from "../../domain/results/result-policy.ts";
import type { ResultCacheInput, RetrievalInput, ToolResultsInput } from "../schema/results-schema.ts";

/** What rollward.yaml says of results. */
export interface ResultsInput {
  readonly tools?: Readonly<Record<string, ToolResultsInput>> | undefined;
  readonly retrieval?: Readonly<Record<string, RetrievalInput>> | undefined;
}

/** Whose results are kept, and how; only tools that are declared read-only can be among them. */
export function buildResults({ tools = {}, retrieval = {} }: ResultsInput): ResultPolicies {
  return {
    tools: new Map(
      Object.entries(tools).flatMap(([name, { read_only, cache }]) =>
        read_only && cache !== undefined ? [[name, policyOf(cache)] as const] : [],
      ),
    ),
    retrieval: new Map(Object.entries(retrieval).map(([name, { cache }]) => [name, policyOf(cache)] as const)),
  };
}

function policyOf(input: ResultCacheInput): ResultPolicy {
  const usual = DEFAULT_RESULT_POLICY;
  return {
    ttlMs: input.ttl,
    scope: input.shared ?? usual.scope,
    maxEntryBytes: input.max_entry_bytes ?? usual.maxEntryBytes,
    waitMs: input.wait ?? usual.waitMs,
    auditShare: input.audit ?? usual.auditShare,
    mayDiffer: input.may_differ ?? usual.mayDiffer,
  };
}
