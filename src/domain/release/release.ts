import type { ContextPolicy } from "../context/context-policy.ts";
import type { Json, JsonObject } from "../json.ts";
import type { CachePolicy } from "../cache/cache-policy.ts";
import type { PromptCachePolicy } from "../prompt-cache/prompt-cache-policy.ts";
import type { ChecksPolicy } from "../answer/checks-policy.ts";
import type { RoutingPolicy } from "../routing/routing-policy.ts";
import type { FaultPolicy } from "./fault-policy.ts";

/** One message of a prompt. `template` is mustache with escaping off. */
export interface PromptMessage {
  readonly role: "system" | "developer" | "user" | "assistant";
  readonly template: string;
}

/** A variable that a prompt declares. A required variable has no default. */
export interface PromptVariable {
  readonly required: boolean;
  readonly default: string | null;
  readonly description: string;
}

/** The prompt of a release: its messages stand before those of the request. */
export interface Prompt {
  readonly name: string;
  readonly messages: readonly PromptMessage[];
  readonly variables: Readonly<Record<string, PromptVariable>>;
}

/** One place that can answer: a model at a provider, both as configured. */
export interface ModelTarget {
  readonly provider: string;
  readonly model: string;
}

/** A tool the model may call; `parameters` is a JSON Schema. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly strict: boolean | null;
}

/** Time limits of one call in milliseconds; `totalMs` is the deadline shared by all attempts. */
export interface Timeouts {
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** What the release demands of the gateway. */
export interface ReleasePolicies {
  /** `exact` keeps the bytes of request and answer, `facts` keeps none. */
  readonly record: "exact" | "facts";
  /** Days after which recorded bytes are deleted. */
  readonly retainBodiesDays: number;
  readonly timeouts: Timeouts;
  /** What happens when a provider fails. Absent in releases from before there was a choice: the default then. */
  readonly faults?: FaultPolicy;
  /** What is demanded of answers. Absent: what an answer tells of itself is noted. */
  readonly checks?: ChecksPolicy;
  /** What becomes of conversations that are too long. Absent: a provider refuses them. */
  readonly context?: ContextPolicy;
  /** How sessions are spread over the models. Absent: the first model answers. */
  readonly routing?: RoutingPolicy;
  /** Which answers are kept and given again. Absent keeps none. */
  readonly cache?: CachePolicy;
  /** How the providers' prompt caches are used. Absent: requests go as they are. */
  readonly promptCache?: PromptCachePolicy;
}

/**
 * What a release is made of. Its RFC 8785 canonical form is hashed to the digest, so every field is
 * plain JSON and absent values are `null`, never missing.
 */
export interface ReleaseContent {
  readonly format: "rollward.release/1";
  readonly endpoint: string;
  readonly prompt: Prompt | null;
  /** The model chain: the first answers, the others step in when it cannot. */
  readonly models: readonly ModelTarget[];
  /** Request fields that the release sets (`temperature`, `max_tokens`, `response_format`, …). */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly tools: readonly Tool[];
  readonly policies: ReleasePolicies;
}

/** An immutable, content-addressed release. */
export interface Release {
  /** `rel_…` */
  readonly id: string;
  readonly endpoint: string;
  /** For people: `support-bot@7`. Counts from 1 within an endpoint. */
  readonly number: number;
  /** SHA-256 of the canonical content, 64 hex digits. */
  readonly digest: string;
  readonly content: ReleaseContent;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly author: string;
}

/** The name people use, for example `support-bot@7`. */
export const releaseName = (release: Pick<Release, "endpoint" | "number">): string =>
  `${release.endpoint}@${release.number}`;
