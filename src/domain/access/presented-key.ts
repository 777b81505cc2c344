import { constantTimeEqualHex, sha256Hex } from "../../kit/hash.ts";
import type { Key, Scope } from "./key.ts";

const PREFIX = "rw_";
/** ULID part of a key id. */
const ID_LENGTH = 26;
/** 32 random bytes in hex. */
const SECRET_LENGTH = 64;
/** First 8 hex digits of the SHA-256 of everything before: finds typing errors without a look-up. */
const CHECK_LENGTH = 8;
const LENGTH = PREFIX.length + ID_LENGTH + 1 + SECRET_LENGTH + CHECK_LENGTH;

/** The text a client sends: `rw_<id>_<secret><check>`. `id` is a `key_…` id, `secret` 64 hex digits. */
export function presentKey(id: string, secret: string): string {
  const body = `${PREFIX}${id.slice("key_".length)}_${secret}`;
  return body + sha256Hex(body).slice(0, CHECK_LENGTH);
}

/** Hash under which a secret is stored. */
export const hashSecret = (secret: string): string => sha256Hex(secret);

/** What people see of a key: enough to tell keys apart, nothing secret. */
export const keyPrefix = (id: string): string => `${PREFIX}${id.slice("key_".length)}`;

/** A key as a client presents it, taken apart. */
export interface PresentedKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * Takes a presented key apart; `null` when it has our form and its check digits do not fit, which is a typing
 * error. Text that has not our form is a key that an operator chose: its id is made from its hash, so that
 * finding and comparing work the same way.
 */
export function parsePresentedKey(text: string): PresentedKey | null {
  const idEnd = PREFIX.length + ID_LENGTH;
  if (text.length !== LENGTH || !text.startsWith(PREFIX) || text[idEnd] !== "_") {
    return { id: `key_${sha256Hex(text).slice(0, ID_LENGTH)}`, secret: text };
  }
  const checkAt = LENGTH - CHECK_LENGTH;
  if (sha256Hex(text.slice(0, checkAt)).slice(0, CHECK_LENGTH) !== text.slice(checkAt)) return null;
  const secret = text.slice(idEnd + 1, checkAt);
  return { id: `key_${text.slice(PREFIX.length, idEnd)}`, secret };
}

/** Why a key is turned away, or `null` when it may go on. `now` is epoch milliseconds. */
export function keyFault(
  key: Key | undefined,
  secret: string,
  now: number,
): "key_unknown" | "key_expired" | "key_revoked" | null {
  if (key === undefined || !constantTimeEqualHex(hashSecret(secret), key.secretHash)) return "key_unknown";
  if (key.revokedAt !== null) return "key_revoked";
  if (key.expiresAt !== null && key.expiresAt <= now) return "key_expired";
  return null;
}

/** Whether the key has the scope; `admin` includes the others. */
export const hasScope = (key: Key, scope: Scope): boolean => key.scopes.includes(scope) || key.scopes.includes("admin");

/** Whether the key may call the endpoint. */
export const mayCall = (key: Key, endpoint: string): boolean =>
  hasScope(key, "inference") && (key.endpoints === null || key.endpoints.includes(endpoint));
