import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Agent, buildConnector, request } from "undici";
import { guardedLookup, mayConnect } from "../../kit/guarded-lookup.ts";
import type { ProxyFor } from "../../kit/outbound-proxy.ts";
import { proxiedConnector } from "../../kit/proxied-connector.ts";
import type { NotifierAnswer } from "../../ports/notifier.ts";
import { readSome } from "../../kit/read-some.ts";

/** Longest that one answer may take, ms. */
const ANSWER_MS = 10_000;
/** Most of an answer that is read, bytes. */
const MOST_BYTES = 8 * 1024;
/** Longest wait that another side may ask for, ms. */
const LONGEST_WAIT_MS = 3_600_000;

/** A message for a web server. */
export interface JsonPost {
  readonly url: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly allowPrivate: boolean;
}

/** What came back. */
export type JsonAnswer =
  | { readonly status: number; readonly text: string; readonly retryAfterMs: number | null }
  | Extract<NotifierAnswer, { readonly isSent: false }>;

/** Posts JSON; follows no redirect, and connects to no private address unless that is wanted. Never rejects. */
export interface JsonPoster {
  readonly post: (message: JsonPost) => Promise<JsonAnswer>;
  close(): Promise<void>;
}

/** A poster with connections of its own. */
export function createJsonPoster(proxyFor: ProxyFor): JsonPoster {
  const agents = { open: agentOf(true, proxyFor), guarded: agentOf(false, proxyFor) };
  return {
    async post({ url, body, headers = {}, allowPrivate }) {
      const fault = addressFault(url, allowPrivate);
      if (fault !== null) return { isSent: false, trouble: fault, isFinal: true };
      const limit = AbortSignal.timeout(ANSWER_MS);
      try {
        const answer = await request(url, {
          method: "POST",
          dispatcher: allowPrivate ? agents.open : agents.guarded,
          headers: { "content-type": "application/json", "user-agent": "rollward", ...headers },
          body: JSON.stringify(body),
          signal: limit,
        });
        const { text } = await readSome(answer.body, MOST_BYTES);
        return { status: answer.statusCode, text, retryAfterMs: retryAfter(answer.headers["retry-after"]) };
      } catch (error) {
        return connectionTrouble(error, limit.aborted);
      }
    },
    async close() {
      await Promise.all([agents.open.destroy(), agents.guarded.destroy()]);
    },
  };
}

/** Why there is no connection. The address may be a secret and is not named. */
export function connectionTrouble(
  error: unknown,
  isLate: boolean,
): Extract<NotifierAnswer, { readonly isSent: false }> {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ROLLWARD_PRIVATE_ADDRESS") return { isSent: false, trouble: PRIVATE, isFinal: true };
  const trouble = isLate
    ? `no answer within ${ANSWER_MS / 1_000} s`
    : `the connection failed${code === "" ? "" : ` (${code})`}`;
  return { isSent: false, trouble, isFinal: false, isAway: true };
}

/** An answer other than a good one, as trouble; `final` are statuses with which trying again cannot help. */
export const statusTrouble = (
  { status, text, retryAfterMs }: Extract<JsonAnswer, { readonly status: number }>,
  final: (status: number) => boolean,
): NotifierAnswer => ({
  isSent: false,
  trouble: `it answered ${status}${text === "" ? "" : `: ${noteOf(text)}`}`,
  isFinal: final(status),
  ...(retryAfterMs !== null && { retryAfterMs }),
});

/** The beginning of an answer, on one line. */
export const noteOf = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);

/** One address of a host that may be connected to. */
export async function guardedAddress(host: string, allowPrivate: boolean): Promise<string> {
  const addresses = await lookup(host, { all: true });
  const [first] = addresses;
  if (first === undefined || !addresses.every((each) => mayConnect(nameOf(host), each, allowPrivate))) {
    throw Object.assign(new Error("private address"), { code: "ROLLWARD_PRIVATE_ADDRESS" });
  }
  return first.address;
}

const PRIVATE = "the name leads to a private address, which needs `allow_private: true`";

/** Who writes this machine's own address means it, as in the configuration's URLs. */
const nameOf = (host: string): string => (host === "127.0.0.1" || host === "::1" ? "localhost" : host);

/** What is wrong with an address, without naming it; `null` is nothing. Numbers are not looked up and so are judged here. */
export function addressFault(text: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(text)) return "its address is no URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "its address is neither https nor http";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(host);
  return family === 0 || mayConnect(nameOf(host), { address: host, family }, allowPrivate) ? null : PRIVATE;
}

const agentOf = (allowPrivate: boolean, proxyFor: ProxyFor): Agent =>
  new Agent({
    connect: proxiedConnector({
      proxyFor,
      timeoutMs: ANSWER_MS,
      straight: buildConnector({ allowH2: false, timeout: ANSWER_MS, lookup: guardedLookup(allowPrivate) }),
      inTunnel: buildConnector({ allowH2: false, timeout: ANSWER_MS }),
    }),
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    allowH2: false,
  });

/** `Retry-After` in seconds, as ms; `null` for none, and for a date. */
function retryAfter(header: string | readonly string[] | undefined): number | null {
  const seconds = typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) : null;
  return seconds === null ? null : Math.min(seconds * 1_000, LONGEST_WAIT_MS);
}
