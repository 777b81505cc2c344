import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import type { Reply } from "../../ports/reply.ts";
import { boundReply } from "../bound-reply.ts";
import { cacheWishIn, checkCacheWish } from "../cache-wish.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { anthropicHeaders } from "./anthropic-headers.ts";
import { arrivalOf } from "./arrival-of.ts";
import type { CallRoute } from "./call-route.ts";

/** `POST /v1/messages` in Anthropic's dialect. */
export const messages = (gateway: Gateway): CallRoute => ({
  path: "/v1/messages",
  check(head) {
    checkCacheWish(head);
    anthropicHeaders(head);
  },
  serve(request) {
    const arrival = arrivalOf(request);
    return handle(gateway, {
      ...arrival,
      dialect: anthropicMessages,
      cacheWish: cacheWishIn(request),
      headers: anthropicHeaders(request),
      reply: withRequestId(arrival.reply),
    });
  },
});

/** Anthropic's clients show the header `request-id` with every error: it is the call's id here. */
function withRequestId(reply: Reply): Reply {
  return {
    ...boundReply(reply),
    head(status, headers) {
      const id = headers["x-rollward-call"];
      reply.head(status, id === undefined ? headers : { ...headers, "request-id": id });
    },
  };
}
