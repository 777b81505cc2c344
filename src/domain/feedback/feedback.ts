import type { Arm } from "../traffic/route.ts";

/** One thing that somebody says of a call or a session. */
export type FeedbackItem =
  | { readonly kind: "thumbs"; readonly up: boolean }
  | { readonly kind: "problem"; readonly category: string | null; readonly comment: string | null }
  /** `value` in [0, 1]; `judge` stands for who scored: model and prompt version, or a person. */
  | { readonly kind: "score"; readonly name: string; readonly value: number; readonly judge: string | null }
  /** What the answer should have been; kept for data sets. */
  | { readonly kind: "correction"; readonly text: string }
  /** A metric of the application's own: whether an event happened, or a value. */
  | { readonly kind: "metric"; readonly name: string; readonly value: number | boolean };

/** What feedback is about: a call, or the session of which nothing but the session is known. */
export interface FeedbackSubject {
  /** `null` where a session was named and no call of it. */
  readonly callId: string | null;
  /** As the client names it; `null` for a call without one. */
  readonly session: string | null;
  /** `null` for a direct call. */
  readonly endpoint: string | null;
  readonly environment: string;
  /** `support-bot@7`; `null` for a direct call. */
  readonly release: string | null;
  readonly rolloutId: string | null;
  readonly arm: Arm | null;
}

/** One thing that somebody said, as it is kept. */
export interface Feedback extends FeedbackSubject {
  /** As its sender numbers it, or of our own making; unique within `owner`. */
  readonly id: string;
  /** Position among the things that were said under the same id, from 0. */
  readonly part: number;
  /** Who numbers it: an environment's tenant, or one key of an environment. */
  readonly owner: string;
  /** When it came in, epoch milliseconds. */
  readonly at: number;
  /** The key that sent it. */
  readonly keyId: string;
  readonly item: FeedbackItem;
}
