import { createSign } from "node:crypto";
import { RollwardError } from "../../../domain/errors.ts";
import type { ProxyFor } from "../../../kit/outbound-proxy.ts";
import type { Clock } from "../../../ports/clock.ts";
import { Exchange } from "../upstream/exchange.ts";
import { Upstream } from "../upstream/upstream.ts";
import { CollectingSink } from "./collecting-sink.ts";
import type { ServiceAccount } from "./read-service-account.ts";

/** The status of an answer to a token that is not valid. */
export const REFUSED = 401;

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const LIFETIME_S = 3_600;
/** A token is renewed this long before it ends, so that no call is sent with one about to end. */
const RENEW_BEFORE_MS = 5 * 60_000;
const MOST_BYTES = 64 * 1024;
const CONNECT_MS = 5_000;
const TOTAL_MS = 15_000;

const base64Url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The signed statement that is traded for a token (RFC 7523, RS256). `nowMs` is epoch milliseconds. */
export function assertionOf({ email, privateKey, privateKeyId, tokenUri }: ServiceAccount, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1_000);
  const header = { alg: "RS256", typ: "JWT", ...(privateKeyId !== null && { kid: privateKeyId }) };
  const claims = { iss: email, scope: SCOPE, aud: tokenUri, iat: issuedAt, exp: issuedAt + LIFETIME_S };
  const signed = `${base64Url(header)}.${base64Url(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}

/** Where a token is kept and traded for. */
export interface GoogleTokenTerms {
  readonly provider: string;
  readonly account: ServiceAccount;
  readonly allowPrivate: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
  readonly clock: Clock;
  /** The variable of the credentials, for the message when they are refused. */
  readonly credentialsEnv: string;
  /** Gets every token that is in use: texts that must never be repeated. */
  readonly secrets: string[];
}

/** Tokens that calls under way may still be sent with. */
const TOKENS_IN_USE = 2;

/** Access tokens of a service account: one is traded for when it is needed, and shared until it is about to end. */
export class GoogleToken {
  readonly #terms: GoogleTokenTerms;
  readonly #upstream: Upstream;
  #token = "";
  #inUse: readonly string[] = [];
  #renewAt = 0;
  #trade: Promise<string> | null = null;

  constructor(terms: GoogleTokenTerms) {
    this.#terms = terms;
    const { account, allowPrivate, proxyFor } = terms;
    const { origin } = new URL(account.tokenUri);
    this.#upstream = new Upstream({ origin, connections: 1, allowPrivate, proxyFor });
  }

  async token(): Promise<string> {
    if (this.#terms.clock.now() < this.#renewAt) return this.#token;
    this.#trade ??= this.#tradeForOne().finally(() => {
      this.#trade = null;
    });
    return this.#trade;
  }

  /** A token was refused before its end: it was withdrawn, or the clock here was set back. The next call trades anew. */
  refused(): void {
    this.#renewAt = Number.NEGATIVE_INFINITY;
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  async #tradeForOne(): Promise<string> {
    const { provider, account, clock, credentialsEnv } = this.#terms;
    const url = new URL(account.tokenUri);
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertionOf(account, clock.now()),
    });
    const headers = ["content-type", "application/x-www-form-urlencoded", "accept", "application/json"];
    const sink = new CollectingSink({ provider, limitMs: TOTAL_MS });
    const path = `${url.pathname}${url.search}`;
    const exchange = new Exchange({ provider, path, headers, answerBytes: MOST_BYTES, upstream: this.#upstream }, sink);
    sink.control(exchange);
    exchange.start({ bytes: Buffer.from(body.toString()), connectMs: CONNECT_MS });
    const { status, bytes: answer } = await sink.answer;
    if (status >= 500) throw new RollwardError("provider_error", { provider, status });
    if (status >= 400) throw new RollwardError("provider_credentials", { provider, status, variable: credentialsEnv });
    const { access_token: token, expires_in: lifetimeS } = recordOf(answer);
    if (typeof token !== "string" || typeof lifetimeS !== "number") {
      throw new RollwardError("provider_bad_answer", { provider, reason: "its token service gave no token" });
    }
    this.#token = token;
    this.#inUse = [...this.#inUse, token].slice(-TOKENS_IN_USE);
    this.#terms.secrets.splice(0, Infinity, account.privateKey, ...this.#inUse);
    this.#renewAt = clock.now() + lifetimeS * 1_000 - RENEW_BEFORE_MS;
    return token;
  }
}

function recordOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(body.toString());
    return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
