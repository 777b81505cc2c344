/** Where a signed message goes. */
export interface PostTarget {
  readonly url: string;
  /** Environment variable with the secret that signs it. */
  readonly secretEnv: string;
  readonly allowPrivate: boolean;
  /** Longest that the answer may take, milliseconds; absent is 10 seconds. */
  readonly answerMs?: number;
}

/** A message; a repeated try has the same id. */
export interface PostMessage {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What came back. */
export type PostAnswer =
  /** `text` is the beginning of the answer; `isWhole` says whether that is all of it. */
  | { readonly status: number; readonly text: string; readonly isWhole: boolean }
  /** No answer: why, in a clause. `isFinal`: trying again cannot help. */
  | { readonly trouble: string; readonly isFinal: boolean };

/** Sends a signed JSON message and waits for its answer, for a bounded time and up to a bounded size. Never rejects. */
export type SignedPost = (target: PostTarget, message: PostMessage, signal?: AbortSignal) => Promise<PostAnswer>;
