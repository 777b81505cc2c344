/** One message of a request, as far as its length and its place in the conversation matter. */
export interface OutlineMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  /** All text in it, the arguments and results of tools included. */
  readonly text: string;
  readonly images: number;
  /** Bytes of documents and sound, decoded. */
  readonly attachedBytes: number;
  /** Ids of tool calls that it makes. */
  readonly calls: readonly string[];
  /** Ids of tool calls whose results it brings. */
  readonly answers: readonly string[];
}

/** What a request is made of. */
export interface RequestOutline {
  /** The top-level member whose array holds the messages; `null` where the conversation is a single text. */
  readonly member: string | null;
  /** One for each element of that array, in order. */
  readonly messages: readonly OutlineMessage[];
  /** What stands beside them and always stays: instructions, tools. */
  readonly beside: string;
  /** The longest answer that is asked for, tokens; `null` where nobody said. */
  readonly maxTokens: number | null;
}
