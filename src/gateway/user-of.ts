import type { JsonObject } from "../domain/json.ts";

/** The end user that a request names, as each dialect does: OpenAI's `safety_identifier` or `user`, Anthropic's `metadata.user_id`. */
export function userOf({ safety_identifier: identifier, user, metadata }: JsonObject): string | null {
  if (typeof identifier === "string") return identifier;
  if (typeof user === "string") return user;
  const id = metadata !== null && typeof metadata === "object" && "user_id" in metadata ? metadata["user_id"] : null;
  return typeof id === "string" ? id : null;
}
