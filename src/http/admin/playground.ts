import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { askPlayground } from "../../contract/playground.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import type { MeteredUsage } from "../../domain/money/price.ts";
import { textOfCall } from "../../domain/call/call-text.ts";
import { RollwardError } from "../../domain/errors.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { sendApart } from "../../jobs/replay/send-apart.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { namedRelease } from "./named-release.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { requirePayer } from "./require-payer.ts";
import { serveRoute } from "./serve-route.ts";

/** Calls of the playground under way at the same time, of everybody. */
const MOST_AT_ONCE = 16;
/** Characters of an answer that are shown. */
const MOST_SHOWN = 200_000;

/** Asks releases for a person, with nobody else seeing it. */
export function playground(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, delivery, calls } = admin;
  let running = 0;
  serveRoute(app, { gateway, route: askPlayground }, async ({ body, key, environment, gateway: live }) => {
    const { endpoint, messages, variables } = body;
    const payer = requirePayer(key, { endpoint, environment });
    const { stable } = requireEndpoint(live.routes, endpoint);
    const release = body.release === undefined ? stable : await namedRelease(delivery.releases, endpoint, body.release);
    if (running >= MOST_AT_ONCE) throw new RollwardError("overloaded", { reason: "too many calls of the playground" });
    running += 1;
    try {
      const request = Buffer.from(JSON.stringify({ model: endpoint, messages, variables }));
      const order = { live, key: payer, environment, endpoint, release, request, session: null, replays: "" };
      const { record, kept } = await sendApart({ ...order, dialect: "openai-chat" });
      await calls.append([kept]);
      return answerOf(record, release);
    } finally {
      running -= 1;
    }
  });
}

function answerOf({ facts, bodies }: CallRecord, release: Release): z.input<typeof askPlayground.answer> {
  const { answered, tools } = textOfCall(bodies, MOST_SHOWN);
  const { errorCode, usage, provider, model } = facts;
  return {
    call: facts.id,
    release: releaseName(release),
    model: provider === null || model === null ? null : `${provider}/${model}`,
    status: facts.status,
    error: errorCode === null ? null : { code: errorCode, message: messageIn(bodies.answer) },
    text: errorCode === null ? answered : "",
    tools: errorCode === null ? [...tools] : [],
    first_token_ms: facts.firstTokenMs,
    total_ms: facts.totalMs,
    tokens: usage === null ? null : tokensOf(usage),
    cost_pico: facts.costPico.toString(),
  };
}

const tokensOf = (usage: MeteredUsage): { input: number; output: number } => ({
  input: usage.input + usage.cachedInput + usage.cacheWrite,
  output: usage.output + usage.reasoning,
});

/** The message of the error that a client would have got. */
function messageIn(answer: Uint8Array | null): string {
  if (answer === null) return "";
  try {
    const value = JSON.parse(Buffer.from(answer).toString("utf8")) as {
      readonly error?: { readonly message?: string };
    };
    return value.error?.message ?? "";
  } catch {
    return "";
  }
}
