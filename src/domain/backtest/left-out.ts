/** Why a recorded session cannot be compared. */
export type LeftOutReason =
  /** Its release records facts only. */
  | "not_exact"
  /** Its bytes have expired, were dropped or were erased. */
  | "purged"
  /** It was answered from a cache in part: no model has answered. */
  | "from_cache"
  /** A provider, or this server, has failed it: neither release has done that. */
  | "provider_fault"
  | "refused_here"
  /** Its client left before an answer was whole. */
  | "abandoned"
  /** Nobody can tell its calls apart by turns: it has no conversation. */
  | "no_conversation"
  /** While it was replayed: the candidate's provider was away, whatever was tried. */
  | "provider_away"
  /** While it was replayed: a fault of ours. */
  | "lost";

/** How many sessions were left out for each reason; absent is none. */
export type LeftOutCounts = Readonly<Partial<Record<LeftOutReason, number>>>;

/** Counts reasons. */
export function countReasons(reasons: Iterable<LeftOutReason>): LeftOutCounts {
  const counts: Partial<Record<LeftOutReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** Both together. */
export function addCounts(one: LeftOutCounts, other: LeftOutCounts): LeftOutCounts {
  const sum: Partial<Record<LeftOutReason, number>> = { ...one };
  for (const [reason, count] of Object.entries(other) as [LeftOutReason, number][]) {
    sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}

const WORDS: Readonly<Record<LeftOutReason, string>> = {
  not_exact: "recorded without their bytes",
  purged: "whose bytes are gone",
  from_cache: "answered from a cache in part",
  provider_fault: "failed by a provider, not by the release",
  refused_here: "refused by a limit or a budget of this server",
  abandoned: "whose client left before the end",
  no_conversation: "that are no conversations",
  provider_away: "whose replay the provider failed, whatever was tried",
  lost: "lost by a fault of ours",
};

/** `3 whose bytes are gone, 1 answered from a cache in part`; empty for none. */
export const describeLeftOut = (counts: LeftOutCounts): string =>
  (Object.entries(counts) as [LeftOutReason, number][])
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${WORDS[reason]}`)
    .join(", ");
