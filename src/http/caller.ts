import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Key } from "../domain/access/key.ts";
import { RollwardError } from "../domain/errors.ts";
import { identifyKey } from "../gateway/authenticate.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { sha256Hex } from "../kit/hash.ts";
import { ownText } from "../kit/own-text.ts";
import { headerOf } from "./header-of.ts";
import type { WithHeaders } from "./header-of.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose key the request carries; set by `identifyCaller`. */
    caller: Key | null;
  }
}

/** What identifying takes. */
export type CallerTerms = Pick<Gateway, "keys" | "clock">;

/** Gives every request a place for its caller; once per app, before its routes. */
export const rememberCallers = (app: FastifyInstance): void => void app.decorateRequest("caller", null);

/**
 * An `onRequest` hook: finds out whose key a request carries from its head alone, before a byte of the body is read.
 * Fails with one of the errors of status 401.
 */
export function identifyCaller(terms: CallerTerms) {
  const find = findCaller(terms);
  return (request: FastifyRequest, _reply: unknown, done: (fault?: Error) => void): void => {
    try {
      request.caller = find(request);
    } catch (error) {
      done(RollwardError.from(error));
      return;
    }
    done();
  };
}

/** Finds whose key a request carries; throws one of the errors of status 401. */
export type FindCaller = (request: WithHeaders) => Key;

/** Finds out whose keys all requests carry, whatever their connection. */
export function findCaller(terms: CallerTerms): FindCaller {
  const known = new KnownCallers(terms);
  return (request) => known.identify(credentialOf(request));
}

/**
 * Makes a finder for each connection, which remembers its last credential as it was sent: the next request on it mostly has the
 * same, and comparing the two takes a tenth of a hash. So the key is in memory, in clear, for as long as its connection is open;
 * whoever reads this memory reads it in the requests, too.
 */
export function findCallersByConnection(terms: CallerTerms): () => FindCaller {
  const find = findCaller(terms);
  return () => {
    let last: { readonly header: string; readonly sent: string; readonly key: Key } | null = null;
    return (request) => {
      const header = request.headers["authorization"] === undefined ? "x-api-key" : "authorization";
      const sent = headerOf(request, header);
      const isKnown = last !== null && last.header === header && isSame(last.sent, sent);
      if (isKnown && last !== null && isGood(terms, last.key, terms.clock.now())) return last.key;
      last = null;
      const key = find(request);
      // Not with the head that it was cut out of.
      if (sent !== null) last = { header, sent: ownText(sent), key };
      return key;
    };
  };
}

/** Takes as long wherever two texts of one length differ: behind a proxy a connection has requests of many clients. */
function isSame(known: string, sent: string | null): boolean {
  if (sent === null || sent.length !== known.length) return false;
  let difference = 0;
  for (let at = 0; at < known.length; at += 1) difference |= known.charCodeAt(at) ^ sent.charCodeAt(at);
  return difference === 0;
}

/** Credentials remembered; all are forgotten when there are more. */
const MOST_KNOWN = 1_000;

/**
 * Remembers which key a credential was found to be, by its SHA-256: identifying takes three hashes and a comparison,
 * knowing again takes one. Nothing is remembered of what was turned away, nor of a key that has changed since.
 */
class KnownCallers {
  readonly #terms: CallerTerms;
  readonly #known = new Map<string, Key>();

  constructor(terms: CallerTerms) {
    this.#terms = terms;
  }

  identify(credential: string | null): Key {
    const now = this.#terms.clock.now();
    const hash = credential === null ? "" : sha256Hex(credential);
    const known = this.#known.get(hash);
    if (known !== undefined && isGood(this.#terms, known, now)) return known;
    const key = identifyKey(this.#terms, credential, now);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(hash, key);
    return key;
  }
}

/** Whether a key that was found is still what it was, at `now` (epoch ms). */
const isGood = ({ keys }: CallerTerms, key: Key, now: number): boolean =>
  keys.byId(key.id) === key && (key.expiresAt === null || key.expiresAt > now);

/** The key of an identified request; that there is none is a fault of ours. */
export function callerOf({ caller }: FastifyRequest): Key {
  if (caller === null) throw new Error("A route reads its caller without identifying it.");
  return caller;
}

const BEARER = /^bearer(?: ([^ ]*))?$/i;

/** The presented key: `Authorization: Bearer …`, or `x-api-key` as some clients send it. */
function credentialOf(request: WithHeaders): string | null {
  const authorization = headerOf(request, "authorization");
  if (authorization === null) return headerOf(request, "x-api-key");
  const bearer = BEARER.exec(authorization);
  if (bearer === null) return authorization;
  return bearer[1] === undefined || bearer[1] === "" ? null : bearer[1];
}
