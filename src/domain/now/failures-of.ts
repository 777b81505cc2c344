import type { ErrorCode } from "../errors.ts";
import type { SeriesMembers, SeriesTally } from "../series/series-cell.ts";
import { OTHER } from "../series/series-cell.ts";

/** Calls that fail for the same cause. */
export interface FailureGroup {
  /** The error code. */
  readonly cause: string;
  readonly words: string;
  readonly endpoint: string | null;
  readonly release: string | null;
  /** `provider/model`. */
  readonly model: string | null;
  readonly calls: number;
  /** Of all failed calls, in [0, 1]. */
  readonly share: number;
}

/** Groups that are told. */
const MOST = 5;

/** What error codes mean, in a few words; those that are missing are told by their code. */
const WORDS: Partial<Readonly<Record<ErrorCode, string>>> = {
  provider_unreachable: "the provider could not be reached",
  provider_timeout: "the provider did not answer in time",
  provider_rate_limited: "the provider has had too many requests",
  provider_error: "the provider answered with an error",
  provider_refused_request: "the provider refused the request",
  context_length_exceeded: "the conversation is too long",
  provider_context_overflow: "the conversation is too long for the model",
  provider_content_policy: "the provider refused for its content policy",
  provider_unavailable: "the provider is avoided while it fails",
  provider_credentials: "the provider did not take its key",
  provider_bad_answer: "the provider's answer could not be read",
  answer_rejected: "the answer did not pass the release's checks",
  provider_cut: "the provider broke an answer off",
  answer_too_large: "the answer is larger than is kept",
  invalid_request: "the request is not valid",
  model_not_found: "the model is not known",
  variable_missing: "a variable of the prompt is missing",
  session_ended: "the session is over",
  paused: "the calls are paused",
  overloaded: "this server has more to do than it can",
  rate_limited: "a limit was reached",
  budget_spent: "a budget has no room left",
  budget_held: "calls under way hold what is left of a budget",
  budget_unknown: "what is left of a budget is not known",
  forbidden: "the key may not do that",
  database_unavailable: "the database does not answer",
  server_stopped: "the server was stopped before the call had ended",
  internal: "a fault of Rollward itself",
};

/** The worst groups of failed calls by cause, the largest first. */
export function failuresOf(
  sums: readonly { readonly members: Partial<SeriesMembers>; readonly tally: Pick<SeriesTally, "errors"> }[],
): readonly FailureGroup[] {
  // Sums are told apart by more than what is shown: what looks alike is one group.
  const groups = new Map<string, Omit<FailureGroup, "share">>();
  for (const { members, tally } of sums) {
    const place = { endpoint: known(members.endpoint), release: known(members.release), model: known(members.model) };
    for (const [cause, count] of Object.entries(tally.errors)) {
      const key = JSON.stringify([cause, place]);
      const calls = count + (groups.get(key)?.calls ?? 0);
      groups.set(key, { cause, words: causeWords(cause), ...place, calls });
    }
  }
  const all = [...groups.values()].reduce((sum, { calls }) => sum + calls, 0);
  return [...groups.values()]
    .toSorted((one, other) => other.calls - one.calls || (one.cause < other.cause ? -1 : 1))
    .slice(0, MOST)
    .map((group) => ({ ...group, share: group.calls / all }));
}

/** An error code in words. */
export const causeWords = (code: string): string => WORDS[code as ErrorCode] ?? code.replaceAll("_", " ");

const known = (text: string | undefined): string | null =>
  text === undefined || text === "" || text === OTHER ? null : text;
