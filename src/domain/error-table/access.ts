import type { ErrorRow } from "./row.ts";

/** Who is asking. */
export const ACCESS_ERRORS = {
  key_missing: {
    status: 401,
    retryable: false,
    message: "The request carries no API key.",
    help: "Send `Authorization: Bearer <key>`. Create a key with `rollward keys create`.",
  },
  key_unknown: {
    status: 401,
    retryable: false,
    message: "The API key is not known here.",
    help: "Check for a typing error or a key of another server; `rollward keys list` shows the prefixes that exist.",
  },
  key_mistyped: {
    status: 401,
    retryable: false,
    message: "The API key is mistyped: its check digits do not fit the rest.",
    help: "Copy the whole key again from where it was kept; no key that was ever made here reads like this.",
  },
  key_expired: {
    status: 401,
    retryable: false,
    message: "The API key {prefix} expired at {expiredAt}.",
    help: "Create a new key with `rollward keys create` and replace it in the application.",
  },
  key_revoked: {
    status: 401,
    retryable: false,
    message: "The API key {prefix} was revoked.",
    help: "Create a new key with `rollward keys create`.",
  },
  ambiguous_credentials: {
    status: 401,
    retryable: false,
    message: "The request carries more than one credential.",
    help: "Send exactly one `Authorization` header and no other credential.",
  },
  signed_out: {
    status: 401,
    retryable: false,
    message: "You are not signed in to the console, or your session has ended.",
    help: "Sign in with a key, or with a link that `rollward console` makes.",
  },
  link_spent: {
    status: 401,
    retryable: false,
    message: "The sign-in link was used already, is older than ten minutes, or is of another server.",
    help: "`rollward console` makes another one; a key signs in too.",
  },
  sign_in_limited: {
    status: 429,
    retryable: true,
    message: "Too many attempts to sign in have failed.",
    help: "Wait as `Retry-After` says, at most a minute, and check the key.",
  },
  foreign_request: {
    status: 403,
    retryable: false,
    message: "The request was not made by the console of this server: {reason}.",
    help: "Open the console at the server's own address. A proxy in between must hand on `Host` as it came. Programs send a key instead of a cookie.",
  },
  forbidden: {
    status: 403,
    retryable: false,
    message: "The API key {prefix} may not {action}.",
    help: "Use a key with the scope {scope}; `rollward keys list` shows the scopes of each key.",
  },
} as const satisfies Record<string, ErrorRow>;
