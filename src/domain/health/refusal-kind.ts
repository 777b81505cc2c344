/** Why a provider will not serve a request. */
export type RefusalKind = "context-overflow" | "content-policy" | "other";

const OVERFLOW_CODES: ReadonlySet<string> = new Set([
  "context_length_exceeded",
  "context_window_exceeded",
  "exceed_context_size_error",
  "model_max_prompt_tokens_exceeded",
]);
const POLICY_CODES: ReadonlySet<string> = new Set([
  "content_policy_violation",
  "content_filter",
  "content_blocked",
  "responsibleaipolicyviolation",
  "moderation_blocked",
  "data_inspection_failed",
]);
const QUOTA_CODES: ReadonlySet<string> = new Set(["insufficient_quota", "billing_hard_limit_reached"]);

/** Words of providers that send no code: OpenAI-compatible servers, Anthropic, Gemini, Bedrock, Mistral. */
const OVERFLOW_WORDS = [
  "maximum context length",
  "prompt is too long",
  "input is too long for requested model",
  "exceeds the maximum number of tokens",
  "exceed context limit",
  "exceeds the available context size",
  "context length exceeded",
  "context window exceeded",
  "too many tokens",
];
const POLICY_WORDS = ["content policy", "content management policy", "content filtering policy", "usage policies"];

/** The words of an answer that are looked at, characters. */
const MOST_CHARACTERS = 2_000;

/**
 * The kind of a refusal, by its machine-readable codes where there are any, else by the words that providers are
 * known to use.
 */
export function refusalKind(codes: readonly string[], message: string): RefusalKind {
  const lower = codes.map((code) => code.toLowerCase());
  if (lower.some((code) => OVERFLOW_CODES.has(code))) return "context-overflow";
  if (lower.some((code) => POLICY_CODES.has(code))) return "content-policy";
  const words = message.slice(0, MOST_CHARACTERS).toLowerCase();
  if (OVERFLOW_WORDS.some((known) => words.includes(known))) return "context-overflow";
  return POLICY_WORDS.some((known) => words.includes(known)) ? "content-policy" : "other";
}

/** Whether a 429 means an account that cannot pay, where waiting does not help. */
export const isQuota = (codes: readonly string[]): boolean => codes.some((code) => QUOTA_CODES.has(code.toLowerCase()));
