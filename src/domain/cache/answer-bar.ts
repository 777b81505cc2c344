import type { CachePolicy } from "./cache-policy.ts";
import type { GatheredAnswer } from "./gather-parts.ts";

/** Why an answer is not kept. Only whole good answers are. */
export type StoreBar =
  /** The call failed, or its client left before the end. */
  | "failed"
  /** Another target than the first one gave it: an answer of an emergency must not outlive the emergency. */
  | "fallback"
  /** The session's model was drawn by lot, as a control of the routing. */
  | "drawn"
  /** A check of the release found something wrong with it. */
  | "finding"
  /** It ended for another reason than that the model was done. */
  | "unfinished"
  | "refused"
  | "empty"
  /** It calls a tool, and the release does not keep such answers. */
  | "tools"
  /** It holds what only its own dialect can say (hosted tools, citations, sound). */
  | "untold"
  /** It is larger than the release or the cache bears. */
  | "too-large"
  /** The endpoint was purged, or this answer evicted, while the call was under way. */
  | "purged";

/** Why an answer that came whole is not kept under a policy; `null` when it is. */
export function answerBar(answer: GatheredAnswer, policy: Pick<CachePolicy, "tools">): StoreBar | null {
  const { parts, finishReason } = answer;
  if (finishReason !== "stop" && finishReason !== "tool_calls") return "unfinished";
  if (parts.some(({ type }) => type === "refusal")) return "refused";
  const callsTools = finishReason === "tool_calls" || parts.some(({ type }) => type === "tool-call");
  if (callsTools && !policy.tools) return "tools";
  const says = parts.some((part) => part.type === "tool-call" || (part.type === "text" && part.text.trim() !== ""));
  if (!says) return "empty";
  // What cannot be told again as it was is not kept.
  return answer.hasLogprobs ? "untold" : null;
}
