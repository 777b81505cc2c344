import type { Key } from "../../domain/access/key.ts";
import type { Actor } from "../../domain/rollout/rollout.ts";

/** The person behind a request, for the log. */
export const actorOf = (key: Key | null): Actor =>
  key === null ? { kind: "machine" } : { kind: "key", keyId: key.id, name: key.name };
