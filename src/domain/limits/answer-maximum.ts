import type { Json } from "../json.ts";

/** Tokens that an answer may have where neither request nor release nor model sets a maximum. */
export const LONGEST_ANSWER = 32_768;

/** No model answers more. Sums of what clients ask for stay exact: a bucket that had given 1e308 would be lost. */
const MOST_ANSWER = 100_000_000;

/** More are counted as so many, for the same reason. */
const MOST_ANSWERS = 1_000_000;

type Fields = Readonly<Record<string, Json | undefined>>;

/** A request by its parts: what its release sets takes the place of what the client says. */
export interface AskedFields {
  readonly dialect: string;
  /** The release's parameters. */
  readonly own: Fields;
  readonly body: Fields;
}

const BY_CHAT = ["max_tokens", "max_completion_tokens"] as const;

/** Where a dialect's requests name the longest answer, and by which names its releases may; others are passed on unread. */
const MAXIMA: ReadonlyMap<string, { readonly body: readonly string[]; readonly own: readonly string[] }> = new Map([
  ["openai-chat", { body: BY_CHAT, own: BY_CHAT }],
  ["openai-completions", { body: ["max_tokens"], own: BY_CHAT }],
  ["openai-responses", { body: ["max_output_tokens"], own: [...BY_CHAT, "max_output_tokens"] }],
  ["anthropic-messages", { body: ["max_tokens"], own: BY_CHAT }],
]);

/** The most tokens of one answer that a request sets as its provider gets it; `null` where it sets none. */
export function answerMaximum({ dialect, own, body }: AskedFields): number | null {
  const names = MAXIMA.get(dialect);
  if (names === undefined) return null;
  // A release that sets one name takes the client's others away, also where it sets it to nothing.
  if (names.own.some((name) => own[name] === null)) return null;
  return names.own.some((name) => own[name] !== undefined) ? largestOf(own, names.own) : largestOf(body, names.body);
}

/** The most that a release's own parameters let any conversation answer; `null` where they set nothing for all of them. */
export const releaseMaximum = (own: Fields): number | null => answerMaximum({ dialect: "openai-chat", own, body: {} });

/** The largest of several names for one thing; `null` where none is there, or one says what is no limit. */
function largestOf(fields: Fields, names: readonly string[]): number | null {
  let largest: number | null = null;
  for (const name of names) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number" || !(value >= 0)) return null;
    largest = Math.max(largest ?? 0, Math.min(MOST_ANSWER, Math.ceil(value)));
  }
  return largest;
}

/** Answers that a request asks for at once: `n` or `best_of`, for each of its prompts where it may have several. */
export function answersAsked({ dialect, own, body }: AskedFields): number {
  if (dialect === "openai-responses" || dialect === "anthropic-messages") return 1;
  const each = Math.max(countOf(own["n"] ?? body["n"]), countOf(own["best_of"] ?? body["best_of"]));
  const prompts = dialect === "openai-completions" ? promptsIn(own["prompt"] ?? body["prompt"]) : 1;
  return Math.min(MOST_ANSWERS, each * prompts);
}

/** Some servers read `"5"` as a number, too. */
function countOf(value: Json | undefined): number {
  const count = typeof value === "number" || typeof value === "string" ? Math.ceil(Number(value)) : 1;
  return count >= 1 ? Math.min(MOST_ANSWERS, count) : 1;
}

/** A text or a list of tokens is one; a list of texts or of such lists has many. */
function promptsIn(prompt: Json | undefined): number {
  if (!Array.isArray(prompt)) return 1;
  return prompt.some((item) => typeof item !== "number") ? prompt.length : 1;
}
