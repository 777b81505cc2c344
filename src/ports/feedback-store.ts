import type { Feedback, FeedbackItem } from "../domain/feedback/feedback.ts";

/** What to list. Times are epoch milliseconds. */
export interface FeedbackFilter {
  readonly endpoint?: string;
  readonly environment?: string;
  readonly release?: string;
  readonly rolloutId?: string;
  readonly callId?: string;
  readonly session?: string;
  readonly kind?: FeedbackItem["kind"];
  readonly since?: number;
  /** Only what was stored before this position, for paging. */
  readonly before?: number;
  readonly limit: number;
}

/** Feedback with its place in the order in which it was stored. */
export interface StoredFeedback extends Feedback {
  readonly position: number;
}

/** What an append found: nothing under that id, the same thing said of the same subject, or something else. */
export type AppendResult = "new" | "same" | "other";

/** Where feedback is kept. */
export interface FeedbackStore {
  /**
   * Keeps all of it or nothing; what has the owner, id and part of something known is left out. Says of each, in order,
   * whether it was.
   */
  append(feedback: readonly Feedback[]): Promise<readonly AppendResult[]>;
  /** The same, but where one of them is `other` it keeps none; the others are `new` then as they would have been. */
  appendWhole(feedback: readonly Feedback[]): Promise<readonly AppendResult[]>;
  /** Newest first. */
  list(filter: FeedbackFilter): Promise<readonly StoredFeedback[]>;
  /** Deletes what came in before `before`. */
  expire(before: number): Promise<void>;
}
