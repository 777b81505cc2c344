import type { SemanticKey } from "../trace/semantic-names.ts";

/** Where the name of a label as an attribute comes from: the table that spans share, or our own. */
export type LabelSource = { readonly semantic: SemanticKey } | { readonly own: string };

/**
 * Every label that a metric may have. None of them can be made up by who calls: no user, key, session or digest of a release is here, and
 * what is here is bounded by the configuration and the releases that are live.
 */
export const LABELS = {
  environment: { semantic: "deploymentEnvironment" },
  endpoint: { semantic: "endpoint" },
  release: { semantic: "release" },
  arm: { semantic: "arm" },
  tier: { semantic: "tier" },
  provider: { semantic: "configuredProvider" },
  model: { own: "rollward.model" },
  outcome: { semantic: "outcome" },
  code: { own: "rollward.error.code" },
  class: { own: "rollward.token.class" },
  kind: { own: "rollward.feedback.kind" },
  by: { own: "rollward.score.by" },
  part: { own: "rollward.record.part" },
  limit: { own: "rollward.limit" },
  status: { own: "rollward.cache.status" },
  budget: { own: "rollward.budget" },
  metric: { own: "rollward.metric" },
  test: { own: "rollward.test" },
  store: { own: "rollward.store" },
  percentile: { own: "rollward.percentile" },
  version: { semantic: "serviceVersion" },
  operationName: { semantic: "operation" },
  providerName: { semantic: "provider" },
  requestModel: { semantic: "requestModel" },
  errorType: { semantic: "errorType" },
  tokenType: { semantic: "tokenType" },
} as const satisfies Record<string, LabelSource>;

/** One of them. */
export type LabelName = keyof typeof LABELS;
