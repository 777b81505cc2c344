import type { Query } from "../../lib/api.ts";

/** Filters that cannot be looked at before a call is indexed, with how they are spoken of. */
const UNSEEN = [
  ["text", "words"],
  ["tool", "tools that are called"],
  ["tag", "metadata"],
  ["feedback", "feedback"],
  ["same_as", "requests that are the same"],
] as const;

/** Why new calls cannot be followed, as a clause; `null` where they can. `until` is the end of the time that is looked at. */
export function whyNotLive(query: Query, order: "newest" | "oldest", until: string | undefined): string | null {
  if (order === "oldest") return "new calls come at the top: show the newest first";
  if (until !== undefined) return "the time that is looked at has ended: take it away";
  const unseen = UNSEEN.find(([name]) => query[name] !== undefined && query[name] !== null);
  return unseen === undefined ? null : `${unseen[1]} are known only a moment after a call: take that filter away`;
}
