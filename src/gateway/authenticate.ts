import type { Key } from "../domain/access/key.ts";
import { hasScope, keyFault, keyPrefix, parsePresentedKey } from "../domain/access/presented-key.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";

/** Who is calling, and whether its key may make calls. There is no anonymous access. */
export function authenticate(_gateway: Gateway, call: OpenCall): void {
  const { key } = call.arrival;
  if (!hasScope(key, "inference") && !hasScope(key, "direct")) {
    throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "make calls", scope: "inference" });
  }
  call.key = key;
}

/** The key that was presented; throws when there is none that may go on. `now` is epoch milliseconds. */
export function identifyKey(gateway: Pick<Gateway, "keys">, credential: string | null, now: number): Key {
  if (credential === null) throw new RollwardError("key_missing");
  const presented = parsePresentedKey(credential);
  if (presented === null) throw new RollwardError("key_mistyped");
  const key = gateway.keys.byId(presented.id);
  const fault = keyFault(key, presented.secret, now);
  if (fault === null && key !== undefined) return key;
  throw new RollwardError(fault ?? "key_unknown", {
    prefix: keyPrefix(presented.id),
    expiredAt: key?.expiresAt == null ? null : new Date(key.expiresAt).toISOString(),
  });
}
