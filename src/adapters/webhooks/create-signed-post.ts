import { Agent, buildConnector, request } from "undici";
import { guardedLookup } from "../../kit/guarded-lookup.ts";
import { proxiesOf } from "../../kit/outbound-proxy.ts";
import type { ProxyFor } from "../../kit/outbound-proxy.ts";
import { proxiedConnector } from "../../kit/proxied-connector.ts";
import { isLongEnough, LEAST_KEY_BYTES, webhookHeaders } from "../../kit/sign-webhook.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PostAnswer, PostMessage, PostTarget, SignedPost } from "../../ports/signed-post.ts";
import { readSome } from "../../kit/read-some.ts";

/** Longest that one answer may take where nothing else is said, ms. What takes longer says so and is asked again. */
const ANSWER_MS = 10_000;
/** Most of an answer that is read, bytes. */
const MOST_BYTES = 64 * 1024;

/** What posting needs. */
export interface SignedPostTerms {
  readonly clock: Clock;
  /** Where the secrets and the proxies are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A signed post, and the end of its connections. */
export interface SignedPoster {
  readonly post: SignedPost;
  close(): Promise<void>;
}

/** Posts over connections that lead to no private address unless that is wanted. Redirects are not followed. */
export function createSignedPost({ clock, environment }: SignedPostTerms): SignedPoster {
  const proxyFor = proxiesOf(environment);
  const agents = { open: agentOf(true, proxyFor), guarded: agentOf(false, proxyFor) };
  return {
    async post(target, message, signal) {
      const secret = environment[target.secretEnv]?.trim() ?? "";
      if (secret === "") {
        return { trouble: `the environment variable ${target.secretEnv} is not set on this server`, isFinal: true };
      }
      if (!isLongEnough(secret)) {
        return {
          trouble: `the secret in ${target.secretEnv} is too short: it takes ${LEAST_KEY_BYTES} bytes or more`,
          isFinal: true,
        };
      }
      const dispatcher = target.allowPrivate ? agents.open : agents.guarded;
      return send(target, message, { secret, dispatcher, timestamp: Math.floor(clock.now() / 1_000), signal });
    },
    async close() {
      await Promise.all([agents.open.destroy(), agents.guarded.destroy()]);
    },
  };
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

interface SendTerms {
  readonly secret: string;
  readonly dispatcher: Agent;
  readonly timestamp: number;
  readonly signal: AbortSignal | undefined;
}

async function send(
  { url, answerMs = ANSWER_MS }: PostTarget,
  { id, body }: PostMessage,
  { secret, dispatcher, timestamp, signal }: SendTerms,
): Promise<PostAnswer> {
  const text = JSON.stringify(body);
  const limit = AbortSignal.timeout(answerMs);
  try {
    const answer = await request(url, {
      method: "POST",
      dispatcher,
      headers: { ...webhookHeaders(secret, { id, timestamp, body: text }), "user-agent": "rollward" },
      body: text,
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    return { status: answer.statusCode, ...(await readSome(answer.body, MOST_BYTES)) };
  } catch (error) {
    return {
      trouble: troubleOf(error, limit.aborted ? answerMs : null),
      isFinal: codeOf(error) === "ROLLWARD_PRIVATE_ADDRESS",
    };
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** Why there was no answer; the address may hold what nobody should read. */
function troubleOf(error: unknown, lateMs: number | null): string {
  if (lateMs !== null) return `no answer within ${Math.round(lateMs / 1_000)} s`;
  const code = codeOf(error);
  if (code === "ROLLWARD_PRIVATE_ADDRESS")
    return "the name leads to a private address, which needs `allow_private: true`";
  return code === "" ? "the connection failed" : `the connection failed (${code})`;
}
