import type { SemanticName } from "./semantic-name.ts";

/** Our own names: no convention has them. */
export const OWN_NAMES = {
  callId: {
    name: "rollward.call.id",
    type: "string",
    on: ["call", "evaluation"],
    says: "the recorded call: `rollward calls show`",
  },
  requestedModel: {
    name: "rollward.requested_model",
    type: "string",
    on: ["call"],
    says: "the `model` of the client's request",
  },
  environment: { name: "rollward.environment", type: "string", on: ["call"], says: "the environment of the call" },
  endpoint: { name: "rollward.endpoint", type: "string", on: ["call"], says: "the endpoint" },
  release: {
    name: "rollward.release",
    type: "string",
    on: ["call"],
    says: "the release for people, such as `support-bot@7`",
  },
  releaseId: { name: "rollward.release.id", type: "string", on: ["call", "attempt"], says: "the release for machines" },
  arm: { name: "rollward.arm", type: "string", on: ["call", "attempt"], says: "`stable`, `candidate` or `shadow`" },
  rolloutId: {
    name: "rollward.rollout.id",
    type: "string",
    on: ["call", "attempt"],
    says: "the rollout that the call is evidence of",
  },
  tier: { name: "rollward.tier", type: "string", on: ["call"], says: "what served the answer" },
  cacheStatus: { name: "rollward.cache", type: "string", on: ["call"], says: "what the cache had to do with it" },
  keyId: { name: "rollward.key.id", type: "string", on: ["call"], says: "the public part of the key" },
  outcome: { name: "rollward.outcome", type: "string", on: ["call"], says: "`ok`, `failed` or `abandoned`" },
  costUsd: {
    name: "rollward.cost.usd",
    type: "double",
    on: ["call", "attempt"],
    says: "cost in dollars, for reading; sums are made from records",
  },
  priceVersion: { name: "rollward.price.version", type: "string", on: ["call"], says: "the price table of that cost" },
  requestSha256: {
    name: "rollward.request.sha256",
    type: "string",
    on: ["attempt"],
    says: "SHA-256 of the request's bytes as the client sent them",
  },
  stage: { name: "rollward.stage", type: "string", on: ["stage"], says: "the stage of the request's way" },
  attemptReason: { name: "rollward.attempt.reason", type: "string", on: ["attempt"], says: "why the attempt was made" },
  attemptEnd: { name: "rollward.attempt.end", type: "string", on: ["attempt"], says: "how it ended" },
  configuredProvider: {
    name: "rollward.provider",
    type: "string",
    on: ["attempt"],
    says: "the provider's name in the project",
  },
  estimatedUsage: {
    name: "rollward.usage.estimated",
    type: "boolean",
    on: ["attempt"],
    says: "present where we estimated the tokens",
  },
  finding: { name: "rollward.finding", type: "string", on: ["event"], says: "what is wrong with the answer" },
  backtest: { name: "rollward.backtest.id", type: "string", on: ["call"], says: "the backtest that made the call" },
  sampledBecause: { name: "rollward.sampled.because", type: "string", on: ["call"], says: "why the trace was kept" },
  judge: { name: "rollward.evaluation.judge", type: "string", on: ["evaluation"], says: "who scored" },
} as const satisfies Record<string, SemanticName>;
