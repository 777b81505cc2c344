import { meetsSearch } from "../../domain/call/call-search.ts";
import type { CallSearch } from "../../domain/call/call-search.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { isRepaired } from "../../domain/call/is-repaired.ts";
import { REPAIRED } from "../../domain/call/search-words.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { CallIndex, CallTail, FoundCall } from "../../ports/call-index.ts";
import type { Clock } from "../../ports/clock.ts";
import { callLineOf } from "../admin/call-view-of.ts";
import type { LiveHub, LiveMessage } from "./live-hub.ts";

/** How often new calls are looked for while somebody follows them, ms. */
const LOOK_MS = 1_000;
/** While nobody does. */
const IDLE_MS = 1_000;
/** Calls told to one listener at a look: more than anybody reads. */
const MOST_TOLD = 50;
const WHAT = "following recorded calls";

/** What telling of calls needs. */
export interface TellCallsTerms {
  readonly live: Pick<LiveHub, "listeners" | "onFollow" | "publish">;
  readonly index: Pick<CallIndex, "tail">;
  readonly clock: Clock;
  readonly announcer: Pick<Announcer, "troubled" | "recovered">;
}

/** New calls as the hub hands them on; each listener takes its own (`callsFor`). */
export class NewCalls {
  readonly calls: readonly FoundCall[];
  /** Packs of calls that were left out because there are too many. */
  readonly skippedPacks: number;

  constructor(calls: readonly FoundCall[], skippedPacks: number) {
    this.calls = calls;
    this.skippedPacks = skippedPacks;
  }
}

/** The message for a listener that follows a search; `null` where none of the calls is meant. */
export function callsFor(message: LiveMessage, search: CallSearch): LiveMessage | null {
  const { data } = message;
  if (!(data instanceof NewCalls)) return message;
  const meant = data.calls.filter(({ facts }) => isMeant(facts, search));
  if (meant.length === 0 && data.skippedPacks === 0) return null;
  const told = meant.slice(-MOST_TOLD);
  return {
    ...message,
    data: { calls: told.map(callLineOf), skipped: meant.length - told.length, skipped_packs: data.skippedPacks },
  };
}

/** What of a search can be told from the facts of a call: words, tools and tags are known once it is indexed. */
function isMeant(facts: CallFacts, search: CallSearch): boolean {
  const { words = [], without = [] } = search;
  if (words.includes(REPAIRED) && !isRepaired(facts)) return false;
  if (without.includes(REPAIRED) && isRepaired(facts)) return false;
  return meetsSearch(facts, search);
}

/**
 * Looks for calls that any server has written and tells those who follow; without a listener nothing is read. The
 * answer stops it.
 */
export function tellCalls({ live, index, clock, announcer }: TellCallsTerms): () => void {
  let isStopped = false;
  let isTroubled = false;
  let tail: CallTail | null = null;
  let cancel = (): void => {};
  const look = async (): Promise<void> => {
    const isFollowed = live.listeners("calls") > 0;
    try {
      if (!isFollowed) tail = null;
      else await tell((tail ??= index.tail()));
      if (isTroubled) announcer.recovered(WHAT);
      isTroubled = false;
    } catch (error) {
      if (!isTroubled) announcer.troubled(WHAT, error);
      isTroubled = true;
    }
    if (!isStopped) cancel = clock.after(isFollowed ? LOOK_MS : IDLE_MS, () => void look());
  };
  const tell = async (from: CallTail): Promise<void> => {
    const { calls, skippedPacks } = await from.next();
    const sorted = calls.toSorted((a, b) => (a.facts.id < b.facts.id ? -1 : 1));
    if (sorted.length + skippedPacks > 0)
      live.publish({ topic: "calls", data: new NewCalls(sorted, skippedPacks) }, null);
  };
  cancel = clock.after(IDLE_MS, () => void look());
  // The first look says where the tail begins: a call between that and somebody's beginning would be told to nobody.
  live.onFollow((topics) => {
    if (isStopped || tail !== null || !topics.has("calls")) return;
    cancel();
    void look();
  });
  return () => {
    isStopped = true;
    cancel();
  };
}
