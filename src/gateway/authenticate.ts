import { hasScope, keyFault, keyPrefix, parsePresentedKey } from "../domain/access/presented-key.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";

/** Finds out who is calling. There is no anonymous access. */
export function authenticate(gateway: Gateway, call: OpenCall): void {
  const { credential } = call.arrival;
  if (credential === null) throw new RollwardError("key_missing");
  const presented = parsePresentedKey(credential);
  if (presented === null) throw new RollwardError("key_unknown");
  const key = gateway.keys.byId(presented.id);
  const fault = keyFault(key, presented.secret, call.at);
  if (fault !== null || key === undefined) {
    throw new RollwardError(fault ?? "key_unknown", {
      prefix: keyPrefix(presented.id),
      expiredAt: key?.expiresAt == null ? null : new Date(key.expiresAt).toISOString(),
    });
  }
  if (!hasScope(key, "inference") && !hasScope(key, "direct")) {
    throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "make calls", scope: "inference" });
  }
  call.key = key;
}
