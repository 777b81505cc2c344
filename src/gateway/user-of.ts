import type { JsonObject } from "../domain/json.ts";

const MOST_CHARACTERS = 200;

/** The end user that a request names: `user`, `safety_identifier` (OpenAI) or `metadata.user_id` (Anthropic). */
export function userOf(body: JsonObject): string | undefined {
  const named = body["user"] ?? body["safety_identifier"] ?? nested(body["metadata"]);
  return typeof named === "string" && named !== "" ? named.slice(0, MOST_CHARACTERS) : undefined;
}

const nested = (metadata: JsonObject[string] | undefined): JsonObject[string] | undefined =>
  typeof metadata === "object" && metadata !== null && "user_id" in metadata ? metadata["user_id"] : undefined;
