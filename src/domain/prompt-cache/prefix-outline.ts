/**
 * What ends where a prefix ends: the tools, the release's texts of the system, all texts of the system, the messages
 * that the release puts before the conversation, a message of the conversation.
 */
export type PrefixLayer = "tools" | "release" | "system" | "own" | "turn";

/** How much of a request is the release's own. */
export interface OwnPart {
  /** Texts of the system, which come first. */
  readonly system: number;
  /** Messages after these, before the client's own. */
  readonly messages: number;
}

/** Ends of messages that are looked at, from the last: a longer conversation has grown from one that had these. */
export const MOST_TURNS = 64;

/** A place in a request up to which a provider may keep it. */
export interface PrefixEnd {
  readonly layer: PrefixLayer;
  /** Which text of the system or which message ends here, from 0; 0 for tools. */
  readonly index: number;
  /** Digest of everything up to here, hex digits. Equal beginnings have equal digests. */
  readonly digest: string;
  /** Bytes of text up to here; images and documents do not count. */
  readonly bytes: number;
  /** Blocks of content up to here. */
  readonly blocks: number;
  /** Whether a mark may stand here. */
  readonly markable: boolean;
}

/** The beginnings of a request in the order in which a provider reads it: tools, system, messages. */
export interface PrefixOutline {
  readonly ends: readonly PrefixEnd[];
  /** Whether its author has set marks: then the layout is the author's. */
  readonly hasMarks: boolean;
  /** Whether all of it is text, so that its tokens may be told from its bytes. */
  readonly isText: boolean;
}

/** The mark at an end. */
export interface PrefixMark {
  readonly end: PrefixEnd;
  readonly ttl: "5m" | "1h";
}
