import type { Key } from "../../domain/access/key.ts";
import { hasScope, keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";

/** What a person wants to ask. */
interface Asked {
  /** `null` for a direct call of a model. */
  readonly endpoint: string | null;
  readonly environment: string;
}

/** Whoever asks must be allowed to make the call themselves: it is theirs, and they pay. Throws `forbidden`. */
export function requirePayer(key: Key | null, { endpoint, environment }: Asked): Key {
  if (key === null) throw new RollwardError("key_missing");
  const scope = endpoint === null ? "direct" : "inference";
  const isFor = endpoint === null || key.endpoints === null || key.endpoints.includes(endpoint);
  if (hasScope(key, scope) && isFor) return { ...key, environment };
  throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "make a call of their own", scope });
}
