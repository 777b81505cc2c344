import type { CanonicalRequest } from "./canonical.ts";

/** A request of ours that sets nothing but its length, and that nothing is drawn. */
export const plainRequest = (messages: CanonicalRequest["messages"], maxTokens: number): CanonicalRequest => ({
  messages,
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  responseFormat: null,
  maxTokens,
  temperature: 0,
  topP: null,
  topK: null,
  stop: [],
  seed: null,
  presencePenalty: null,
  frequencyPenalty: null,
  reasoningEffort: null,
  reasoningTokens: null,
  verbosity: null,
  topLogprobs: null,
  serviceTier: null,
  user: null,
  metadata: null,
});
