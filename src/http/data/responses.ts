import type { FastifyInstance } from "fastify";
import { RollwardError } from "../../domain/errors.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import type { ResponseKeeper, StoredResponse } from "../../ports/response-store.ts";
import { cacheWishIn, checkCacheWish } from "../cache-wish.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import { goneFrom } from "../gone-signal.ts";
import { arrivalOf } from "./arrival-of.ts";
import { hookOf } from "./call-route.ts";
import type { CallRoute } from "./call-route.ts";
import { inputItems } from "./input-items.ts";
import { chainOf } from "./response-chain.ts";
import type { ChainTerms } from "./response-chain.ts";
import { ResponseTurn } from "./response-turn.ts";

const DAY_MS = 24 * 60 * 60_000;

/** What the Responses API is served with. */
export interface ResponsesTerms {
  readonly gateway: Gateway;
  readonly keeper: ResponseKeeper;
}

interface OneResponse {
  readonly Params: { readonly id: string };
  readonly Querystring: Readonly<Record<string, unknown>>;
}

/** `POST /v1/responses`. */
export const responses = ({ gateway, keeper }: ResponsesTerms): CallRoute => ({
  path: "/v1/responses",
  check: checkCacheWish,
  async serve(request) {
    const { key } = request;
    const chain = await chainOf({ keeper, keyId: key.id, gone: request.gone }, request.body);
    const arrival = arrivalOf(request);
    const turn = new ResponseTurn(chain, arrival.sessionHeader);
    await handle(gateway, {
      ...arrival,
      dialect: turn.dialect,
      bytes: chain?.bytes ?? arrival.bytes,
      ...(chain?.isThoughtless === true && { leftOut: ["reasoning"] }),
      sessionHeader: turn.sessionHeader,
      cacheWish: cacheWishIn(request),
      onRelease: (release) => turn.servedBy(release),
      reply: turn.watched(arrival.reply, (response) => {
        const createdAt = gateway.clock.now();
        const { input, session, keptDays } = turn;
        const id = response["id"] as string;
        const expiresAt = createdAt + keptDays * DAY_MS;
        keeper.keep({ id, keyId: key.id, createdAt, expiresAt, session, input, response });
      }),
    });
  },
});

/** What clients do with responses that are stored. */
export function storedResponses(app: FastifyInstance, { gateway, keeper }: ResponsesTerms): void {
  const hooks = { onRequest: [identifyCaller(gateway), hookOf(checkCacheWish)] };
  app.get<OneResponse>("/v1/responses/:id", hooks, (request, reply) => {
    if (request.query["stream"] === "true") {
      throw new RollwardError("invalid_request", {
        reason: "A stored response is not streamed again.",
        param: "stream",
      });
    }
    const terms = { keeper, keyId: callerOf(request).id, gone: () => goneFrom(reply.raw) };
    return found(terms, request.params.id).then(({ response }) => response);
  });
  app.get<OneResponse>("/v1/responses/:id/input_items", hooks, (request, reply) => {
    const terms = { keeper, keyId: callerOf(request).id, gone: () => goneFrom(reply.raw) };
    return found(terms, request.params.id).then((stored) => inputItems(stored, request.query));
  });
  app.delete<OneResponse>("/v1/responses/:id", hooks, (request) => {
    const { id } = request.params;
    return keeper.delete(callerOf(request).id, id).then((isDeleted) => {
      if (!isDeleted) throw missing(id);
      return { id, object: "response", deleted: true };
    });
  });
}

const missing = (id: string): RollwardError => new RollwardError("response_not_found", { response: id.slice(0, 100) });

async function found({ keeper, keyId, gone }: ChainTerms, id: string): Promise<StoredResponse> {
  const stored = await keeper.find(keyId, id, gone);
  if (stored === null) throw missing(id);
  return stored;
}
