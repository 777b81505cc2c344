import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { CanonicalRequest } from "../call/canonical.ts";
import type { JsonObject } from "../json.ts";
import { leftAside } from "./left-aside.ts";

/**
 * A rendered request as it is compared: in the canonical form where it has one, so that one question is one question
 * in every dialect, and else as its own dialect's JSON.
 */
export type ComparedRequest =
  | {
      readonly form: "canonical";
      readonly request: CanonicalRequest;
      /** What the bytes keep and the canonical form does not (see `asideOf`); absent or `null` for nothing. */
      readonly aside?: JsonObject | null;
    }
  | {
      readonly form: "own";
      readonly dialect: string;
      readonly body: JsonObject;
      /** What the client asks of the provider in headers, and changes the answer; `null` for nothing. */
      readonly features: string | null;
    };

/** Everything that an answer depends on. */
export interface KeyParts {
  /** Who shares answers: `key key_…`, `tenant …` or `endpoint`. */
  readonly scope: string;
  readonly environment: string;
  readonly endpoint: string;
  /** Fixes the models, the parameters, the tools, the prompt and the policies. */
  readonly releaseDigest: string;
  readonly request: ComparedRequest;
  /** Members of the request's `metadata` by which the release chooses a model; empty for most. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where every user has answers of their own; absent where who asks does not count. */
  readonly user?: string;
  /** Numbers of the request that JavaScript cannot tell apart, as they were written (see `inexactNumbers`). */
  readonly numbers: readonly string[];
}

/** Members that change neither the words of an answer nor their sense: its form, its price, who asked. `model` is the release's. */
const ASIDE = ["model", "stream", "stream_options", "metadata", "user", "safety_identifier"];

/** Hints for the provider's own cache, and whether OpenAI keeps a response: Rollward keeps those itself. */
const HINTS = ["prompt_cache_key", "prompt_cache_retention"];

const LEFT_OUT: Readonly<Record<string, ReadonlySet<string>>> = {
  "openai-chat": new Set([...ASIDE, ...HINTS]),
  "openai-responses": new Set([...ASIDE, ...HINTS, "store"]),
  "anthropic-messages": new Set(["model", "stream", "metadata"]),
};

/** Names of the top-level members that do not count, for the docs and their test. */
export const leftOutOf = (dialect: string): readonly string[] => [...(LEFT_OUT[dialect] ?? [])].toSorted();

/** What of a body that counts is not surely in its canonical form; `null` for nothing. */
export const asideOf = (dialect: string, body: JsonObject): JsonObject | null =>
  leftAside(dialect, body, LEFT_OUT[dialect] ?? NOTHING);

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The key of an answer: SHA-256 over the canonical JSON (RFC 8785) of everything that it depends on, 64 hex digits,
 * of which nothing can be read back. `null` for a request without a canonical form: a lone surrogate, a number beyond
 * every double, 500 levels.
 */
export function cacheKey(parts: KeyParts): string | null {
  const { request, ...others } = parts;
  try {
    return sha256Hex(canonicalJson({ version: 1, ...others, request: comparable(request) }));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function comparable(compared: ComparedRequest): object {
  if (compared.form === "canonical") {
    const { aside = null, request } = compared;
    return { ...(aside !== null && { aside }), form: "canonical", request: questionOf(request) };
  }
  const { dialect, body, features } = compared;
  const leftOut = LEFT_OUT[dialect];
  const members = Object.entries(body).filter(([name]) => leftOut?.has(name) !== true);
  return { form: "own", dialect, body: Object.fromEntries(members), features };
}

/** What of a request counts, in the order of canonical JSON, which then has nothing to put in order. */
const questionOf = (request: CanonicalRequest): Omit<CanonicalRequest, "user" | "metadata"> => ({
  frequencyPenalty: request.frequencyPenalty,
  maxTokens: request.maxTokens,
  messages: request.messages,
  parallelToolCalls: request.parallelToolCalls,
  presencePenalty: request.presencePenalty,
  reasoningEffort: request.reasoningEffort,
  reasoningTokens: request.reasoningTokens,
  responseFormat: request.responseFormat,
  seed: request.seed,
  serviceTier: request.serviceTier,
  stop: request.stop,
  temperature: request.temperature,
  toolChoice: request.toolChoice,
  tools: request.tools,
  topK: request.topK,
  topLogprobs: request.topLogprobs,
  topP: request.topP,
  verbosity: request.verbosity,
});

/** A number of up to 15 digits is a double of its own. */
const LONG_NUMBER = /\d[\d.]{15}/;

/** With the text that a value was read from (ECMAScript 2025), which the type library does not know yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * The numbers of a JSON text that are not what they were read as, in their order: two texts whose numbers differ only
 * beyond a double's precision are two questions, because a provider gets the text. Empty for almost every request.
 */
export function inexactNumbers(text: string): readonly string[] {
  if (!LONG_NUMBER.test(text)) return [];
  const inexact: string[] = [];
  const note: Reviver = (_, value, { source }) => {
    if (typeof value === "number" && source !== undefined && String(value) !== source) inexact.push(source);
    return value;
  };
  JSON.parse(text, note as (key: string, value: unknown) => unknown);
  return inexact;
}
