import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JsonObject } from "../../domain/json.ts";
import { admit } from "../../gateway/admit.ts";
import { planOf } from "../../gateway/attempt/plan-of.ts";
import { authenticate } from "../../gateway/authenticate.ts";
import { countFor } from "../../gateway/context/weigh.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { openCall } from "../../gateway/open-call.ts";
import type { OpenCall } from "../../gateway/open-call.ts";
import { present } from "../../gateway/present.ts";
import { render } from "../../gateway/render.ts";
import { resolve } from "../../gateway/resolve.ts";
import type { Headers, WireProvider } from "../../ports/provider.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { anthropicHeaders } from "./anthropic-headers.ts";
import { GatheredAnswer } from "./gathered-answer.ts";

/**
 * `POST /v1/messages/count_tokens`: what a message would cost in tokens, counted by the first model of the chain if
 * its provider speaks Anthropic's dialect; else estimated by us, which the header `x-rollward-count: estimate` says.
 * Counting is free, so it is no call: nothing is recorded, no session is assigned, and an endpoint is counted by its
 * stable release.
 */
export function countTokens(app: FastifyInstance, { environments, ...terms }: Gateway): void {
  app.post("/v1/messages/count_tokens", { onRequest: identifyCaller(terms) }, async (request, reply) => {
    const gateway = environments.forKey(callerOf(request));
    const call = openCount(gateway, request, reply);
    try {
      const answer = await count(gateway, call);
      void reply
        .code(answer.status)
        .headers({
          "content-type": "application/json; charset=utf-8",
          "request-id": call.id,
          ...(answer.estimated && { "x-rollward-count": "estimate" }),
        })
        .send(answer.body);
      return reply;
    } finally {
      if (call.admitted) gateway.load.inFlight -= 1;
    }
  });
}

/** A call that is never settled: its reply is written by the route. */
function openCount(gateway: Gateway, request: FastifyRequest, { raw }: FastifyReply): OpenCall {
  const call = openCall(gateway, {
    dialect: anthropicMessages,
    bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    key: callerOf(request),
    sessionHeader: null,
    headers: anthropicHeaders(request),
    reply: NO_REPLY,
  });
  raw.once("close", () => {
    if (!raw.writableFinished) call.underWay?.abandon();
  });
  return call;
}

const nothing = (): void => {};
const NO_REPLY = {
  head: nothing,
  write: () => true,
  end: nothing,
  destroy: nothing,
  onDrain: nothing,
  onAbandoned: nothing,
};

/** The answer to a request to count, and whether the count is an estimate of ours. */
interface Counted {
  readonly status: number;
  readonly body: Buffer;
  readonly estimated: boolean;
}

async function count(gateway: Gateway, call: OpenCall): Promise<Counted> {
  authenticate(gateway, call);
  admit(gateway, call);
  resolve(gateway, call);
  placeOnStable(call);
  render(gateway, call);
  const rendered = present(call.rendered);
  const counter = counterFor(gateway, call);
  if (counter === null) return { ...(await estimate(gateway, call)), estimated: true };
  const { provider, model, key } = counter;
  const bytes = countedBody(rendered.bodyFor({ provider: provider.name, model }));
  const answer = new GatheredAnswer(provider, gateway.clock, rendered.timeouts.firstTokenMs);
  call.underWay = { abandon: () => answer.stop() };
  const counted = await answer.ask({
    callId: call.id,
    dialect: "anthropic-messages",
    model,
    key,
    bytes,
    connectMs: rendered.timeouts.connectMs,
    headers: call.arrival.headers ?? NO_HEADERS,
    operation: "count-tokens",
  });
  return { ...counted, estimated: false };
}

/** What we count ourselves, where no provider does. */
async function estimate(gateway: Gateway, call: OpenCall): Promise<{ readonly status: number; readonly body: Buffer }> {
  const [target] = present(call.rendered).targets;
  const tokens = target === undefined ? null : await countFor(gateway, call, target);
  if (tokens === null) throw new Error("A message has a conversation, and a release a model.");
  return { status: 200, body: Buffer.from(JSON.stringify({ input_tokens: tokens })) };
}

const NO_HEADERS: Headers = {};

function placeOnStable(call: OpenCall): void {
  const aim = present(call.aim);
  if (aim.type === "direct") return;
  const session = { id: call.id, source: "call" } as const;
  call.placement = { session, unit: call.id, release: aim.route.stable, arm: "stable", evidenceOf: null };
}

interface Counter {
  readonly provider: WireProvider;
  readonly model: string;
  readonly key: number;
}

/** Who counts: the first place of the chain's first model whose provider speaks the dialect; `null` when none does. */
function counterFor(gateway: Gateway, call: OpenCall): Counter | null {
  const [first] = planOf(gateway, call).targets;
  for (const { provider, target, health } of first?.deployments ?? []) {
    if (provider.speaks === null || !provider.speaks.includes("anthropic-messages")) continue;
    return { provider, model: target.model, key: health.keys.choose(gateway.clock.elapsed()).key };
  }
  return null;
}

/** Members that counting takes; of what a release or a client sets for the answer it wants to hear nothing. */
const COUNTED = new Set([
  "model",
  "messages",
  "system",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "cache_control",
]);
/** Members of beta features that change what is counted. */
const COUNTED_BETA = new Set(["context_management", "mcp_servers"]);

function countedBody(rendered: Buffer): Buffer {
  const body = JSON.parse(rendered.toString()) as JsonObject;
  const members = Object.entries(body).filter(([name]) => COUNTED.has(name) || COUNTED_BETA.has(name));
  return Buffer.from(JSON.stringify(Object.fromEntries(members)));
}
