import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { CanonicalMessage, CanonicalRequest } from "../call/canonical.ts";
import type { JsonObject } from "../json.ts";
import type { KeyParts } from "./cache-key.ts";

/** Everything by which calls share what is proven: the traffic of one release with those who share its answers. */
export interface GroupParts extends Pick<KeyParts, "scope" | "environment" | "endpoint" | "releaseDigest"> {
  /** Vectors of one embedder only are compared. */
  readonly embedder: string;
}

/** What must be the same beside that before two questions are compared. */
export interface PartitionParts extends Pick<KeyParts, "labels" | "numbers"> {
  readonly group: string;
  readonly request: CanonicalRequest;
  /** What the canonical form does not surely carry, without the words of the question; `null` for nothing. */
  readonly aside?: JsonObject | null;
  /** All that stands before the question. */
  readonly context: readonly CanonicalMessage[];
  /** Where every user has answers of their own; `null` where not. */
  readonly user: string | null;
}

/** The name of a group of partitions: a digest of 64 hex digits. */
export const meaningGroup = (parts: GroupParts): string => sha256Hex(canonicalJson({ version: 1, ...parts }));

/**
 * The name of a partition: a digest over everything of the request but its question, so that the context, the form of
 * the answer, the tools and every parameter are the same, known or not. Throws TypeError where `cacheKey` gives `null`.
 */
export function meaningPartition({ request, aside = null, ...parts }: PartitionParts): string {
  const { messages: _messages, user: _user, metadata: _metadata, ...terms } = request;
  return sha256Hex(canonicalJson({ version: 1, ...parts, ...(aside !== null && { aside }), terms }));
}

/** What binds a kept answer to the question that it is remembered by: another row cannot pass it off as its own. */
export const meaningSeal = (partition: string, question: string): string => sha256Hex(`${partition}\n${question}`);
