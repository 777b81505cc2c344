import type { Feedback } from "../../../domain/feedback/feedback.ts";
import { isSame } from "../../../domain/feedback/is-same.ts";
import type { AppendResult, FeedbackFilter, FeedbackStore, StoredFeedback } from "../../../ports/feedback-store.ts";

/** Ids are unique within an owner, parts within an id. */
const placeOf = ({ owner, id, part }: Pick<StoredFeedback, "owner" | "id" | "part">): string =>
  JSON.stringify([owner, id, part]);

/** The newest `capacity` pieces of feedback in memory. */
export function createMemoryFeedbackStore(capacity: number): FeedbackStore {
  const kept = new Map<string, StoredFeedback>();
  let position = 0;
  const append = (feedback: readonly Feedback[]): readonly AppendResult[] => {
    const results = fates(kept, feedback);
    for (const [index, each] of feedback.entries()) {
      if (results[index] !== "new") continue;
      position += 1;
      kept.set(placeOf(each), { ...each, position });
    }
    for (const place of kept.keys()) {
      if (kept.size <= capacity) break;
      kept.delete(place);
    }
    return results;
  };
  return {
    append: async (feedback) => append(feedback),
    async appendWhole(feedback) {
      const results = fates(kept, feedback);
      return results.includes("other") ? results : append(feedback);
    },
    async list(filter) {
      const found = [...kept.values()].filter((each) => matches(each, filter));
      return found.toReversed().slice(0, filter.limit);
    },
    async expire(before) {
      for (const [place, { at }] of kept) if (at < before) kept.delete(place);
    },
  };
}

/** What each would be. Of two of the same place the first one counts. */
function fates(kept: ReadonlyMap<string, Feedback>, feedback: readonly Feedback[]): readonly AppendResult[] {
  const before = new Map<string, Feedback>();
  return feedback.map((each) => {
    const place = placeOf(each);
    const known = kept.get(place) ?? before.get(place);
    if (known !== undefined) return isSame(known, each) ? "same" : "other";
    before.set(place, each);
    return "new";
  });
}

const matches = (each: StoredFeedback, filter: FeedbackFilter): boolean =>
  (filter.endpoint === undefined || each.endpoint === filter.endpoint) &&
  (filter.environment === undefined || each.environment === filter.environment) &&
  (filter.release === undefined || each.release === filter.release) &&
  (filter.rolloutId === undefined || each.rolloutId === filter.rolloutId) &&
  (filter.callId === undefined || each.callId === filter.callId) &&
  (filter.session === undefined || each.session === filter.session) &&
  (filter.kind === undefined || each.item.kind === filter.kind) &&
  (filter.since === undefined || each.at >= filter.since) &&
  (filter.before === undefined || each.position < filter.before);
