import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { Json } from "../json.ts";
import type { ResultFolder } from "./result-place.ts";

/** Everything that a result depends on. */
export interface ResultQuestion extends ResultFolder {
  /** Who shares results: `key key_…`, `tenant …` or `endpoint`. */
  readonly scope: string;
  readonly environment: string;
  /** Digest of the tool's definition in the release, or the version of the index. */
  readonly version: string;
  /** The arguments; of a retrieval its query and filters. */
  readonly asked: Json;
  /** Numbers in it that JavaScript cannot tell apart, as they were written (see `inexactNumbers`). */
  readonly numbers: readonly string[];
}

/**
 * The key of a result: SHA-256 over the canonical JSON (RFC 8785) of everything that it depends on, 64 hex digits. A
 * member that is left out and one that is `null` are two questions. `null` for what has no canonical form: a lone
 * surrogate, a number beyond every double, 500 levels.
 */
export function resultKey({
  scope,
  environment,
  endpoint,
  source,
  version,
  asked,
  numbers,
}: ResultQuestion): string | null {
  const { kind, name } = source;
  try {
    return sha256Hex(
      canonicalJson({ format: "rollward.result/1", scope, environment, endpoint, kind, name, version, asked, numbers }),
    );
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
