import { sha256Hex } from "../../kit/hash.ts";

/** Whose calls are counted together: each tenant, key, user, endpoint or model on its own, or all of this environment. */
export type Per = "environment" | "tenant" | "key" | "user" | "endpoint" | "model";

/** Who makes a call and what it is aimed at. */
export interface CallSubjects {
  readonly environment: string;
  /** Tenant of the key; `null` where the key belongs to none. */
  readonly tenant: string | null;
  readonly keyId: string;
  /** As the request names the user; `null` where it names none. */
  readonly user: string | null;
  /** `null` for a direct call. */
  readonly endpoint: string | null;
  /** `provider/model` that is asked first; `null` for what has no model. */
  readonly model: string | null;
}

/** Which calls a rule is about: a list that is there must hold the call's own. */
export interface CallFilter {
  readonly tenants?: readonly string[];
  readonly keys?: readonly string[];
  readonly endpoints?: readonly string[];
  readonly models?: readonly string[];
}

/** Longest name of a user that is kept as it is, characters. */
const LONGEST_USER = 128;
/** Of a longer one this much is kept, with its hash. */
const KEPT = 40;

/**
 * The name under which a call is counted, or `null` where the rule is not about it. Users are told apart within their
 * tenant, or within their key where that has none; a call that names no user is counted as one more user, so that
 * leaving the name out escapes nothing.
 */
export function subjectOf(per: Per, call: CallSubjects): string | null {
  switch (per) {
    case "environment":
      return call.environment;
    case "tenant":
      return call.tenant;
    case "key":
      return call.keyId;
    case "user":
      return userIn(call);
    case "endpoint":
      return call.endpoint;
    default:
      return call.model;
  }
}

function userIn({ tenant, keyId, user }: CallSubjects): string {
  // Two names that a database cannot tell apart are one, here as there.
  const name = (user ?? "").toWellFormed().replaceAll("\u0000", "\u2400");
  const kept = name.length <= LONGEST_USER ? name : `${name.slice(0, KEPT)}#${sha256Hex(name)}`;
  return `${tenant ?? keyId}:${kept}`;
}

/** Whether a rule is about the call. */
export function isAbout({ tenants, keys, endpoints, models }: CallFilter, call: CallSubjects): boolean {
  return (
    holds(tenants, call.tenant) &&
    holds(keys, call.keyId) &&
    holds(endpoints, call.endpoint) &&
    holds(models, call.model)
  );
}

const holds = (list: readonly string[] | undefined, one: string | null): boolean =>
  list === undefined || (one !== null && list.includes(one));
